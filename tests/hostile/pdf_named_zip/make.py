def make():
    return b"%PDF-1.7 <script>alert(1)</script>"
