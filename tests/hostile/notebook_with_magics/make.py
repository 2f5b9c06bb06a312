from tests.hostile.making import ANSWER, notebook


def make():
    return notebook(
        "!touch /tmp/unroll-canary-reached; rm -rf ~",
        "%%bash\nrm -rf /",
        "%pip install evil\n%run other.ipynb\n%load_ext evil",
        "x = !ls /\n%timeit x\nget_ipython().system('id')",
        ANSWER,
    ).encode()
