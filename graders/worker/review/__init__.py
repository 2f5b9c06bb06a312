"""What a submission's source says, read and never run: built-in layers, and means of tampering."""
