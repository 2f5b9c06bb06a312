"""Names that loading knows: cheap, heavy or cosmetic calls, and marks of old copies."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Packages that do not affect results: if they are missing, calls do nothing.
COSMETIC = _words("""
    IPython comet_ml google.colab ipywidgets livelossplot matplotlib mlflow neptune plotly
    prettytable pytorch_model_summary seaborn tensorboard tensorboardX torch.utils.tensorboard
    torchinfo torchsummary torchviz tqdm visdom wandb
""")
PROGRESS_BARS = _words("tqdm tqdm_notebook trange tnrange")

# Names that an installed package may have, but that mean a student's own file.
PLAIN_MODULES = _words("""
    common config data dataset helper helpers layers main model models modules src test tests train
    util utils
""")

OLD_WORDS = _words("""
    archive archived backup backups bak copy deprecated old outdated previous trash unused
""")

# Kinds of heavy work, as named in the notes.
STATEMENT = "statement"
TRAINING, DOWNLOAD, LOADING, PLOT = "training loop", "download", "loading of data", "plot"

# First words of function names that indicate what a function does.
KINDS = {
    **dict.fromkeys(
        _words("train fit learn run main evaluate test validate experiment optimize"), TRAINING
    ),
    **dict.fromkeys(_words("download urlretrieve urlopen wget gdown mount system popen"), DOWNLOAD),
    **dict.fromkeys(_words("load read open fetch"), LOADING),
    **dict.fromkeys(_words("plot show draw imshow savefig"), PLOT),
}

# All calls below these names are heavy.
HEAVY = {
    **dict.fromkeys(_words("matplotlib seaborn plotly"), PLOT),
    **dict.fromkeys(
        _words("""
            requests urllib subprocess wget gdown google.colab torch.hub torchtext.datasets
            torchvision.datasets nltk.download
        """),
        DOWNLOAD,
    ),
    **dict.fromkeys(
        _words("shutil os._exit os.abort os.kill os.fork sys.exit time.sleep"), STATEMENT
    ),
}
NEVER = _words("input exit quit breakpoint exec eval sleep getpass help")

# All calls below the first names are cheap, except below the second.
CHEAP = _words("""
    abc argparse collections copy dataclasses datetime decimal enum fractions functools itertools
    logging math numpy operator os.environ os.getcwd os.getenv os.path pathlib random.Random re
    string torch types typing typing_extensions
""")
DEAR = _words("""
    numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.save numpy.savetxt torch.load
    torch.save torch.hub torch.jit torch.compile torch.utils torch.optim torch.multiprocessing
    torch.distributed torch.nn.utils logging.basicConfig
""")
DEAR_BUILTINS = frozenset([*NEVER, *_words("open compile print __import__ globals")])
CHEAP_METHODS = frozenset(
    _words("""
        split rsplit splitlines join format strip lstrip rstrip lower upper title casefold replace
        items keys values get copy index count encode decode startswith endswith most_common isdigit
        isalpha isalnum union intersection difference _replace _asdict
    """)
)

# Calls that are executed for their effect, and methods that build up a value.
SETTINGS = _words("""
    torch.manual_seed torch.random.manual_seed torch.cuda.manual_seed torch.cuda.manual_seed_all
    torch.set_default_dtype torch.set_printoptions numpy.random.seed random.seed
    warnings.filterwarnings warnings.simplefilter
""")
BUILDERS = frozenset(
    _words("""
        append extend insert add update setdefault remove discard pop clear sort reverse
        add_argument add_module register_module set_default_index
    """)
)
