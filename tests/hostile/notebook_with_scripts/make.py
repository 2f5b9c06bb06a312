from tests.hostile.making import ANSWER, notebook


def make():
    html = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    data = {"output_type": "display_data", "data": {"text/html": html, "image/svg+xml": html}}
    return notebook(
        ANSWER, outputs=[data] * 100, attachments={html: html}, metadata={html: html}
    ).encode()
