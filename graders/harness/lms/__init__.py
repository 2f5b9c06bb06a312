"""The borders to learning management systems: whose an upload is, and points and reports back."""
