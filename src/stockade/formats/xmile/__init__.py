"""The reader and the writer of XMILE: .xmile, .stmx and .xml."""
