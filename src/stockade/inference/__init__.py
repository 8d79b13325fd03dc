"""From data and a simulator to draws and evidence: priors, observation models, samplers, posteriors."""
