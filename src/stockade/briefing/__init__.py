"""From a plain-data document to what people read: terminal, HTML, JSON."""
