"""Messages about values of the wrong type, calls, names, and files."""

VALUE, TYPE = "ValueError", "TypeError"
ATTRIBUTE, IMPORT = "AttributeError", "ImportError|ModuleNotFoundError"

RETURNS = (
    "In PyTorch, nn.LSTM returns (output, (h, c)), nn.RNN and nn.GRU return (output, h), nn.LSTMCell "
    "returns (h, c), and the other cells return h alone."
)
PAIR = "max, min, sort and topk with a dim return a pair, (values, indices): take [0] or .values."

UNPACKING = (
    (
        VALUE,
        r"too many values to unpack \(expected (?P<n>\d+)",
        "The shape has more axes than the {n} names before the `=`. Print it: either a name is "
        "missing, or the tensor has an axis too many.",
        r"=\s*[\w.]+\.(shape|size\(\))\s*(#.*)?$",
    ),
    (
        VALUE,
        r"not enough values to unpack \(expected (?P<n>\d+), got (?P<got>\d+)\)",
        "The shape has {got} axes, but there are {n} names before the `=`. Either a name is too many, "
        "or the tensor lost an axis.",
        r"=\s*[\w.]+\.(shape|size\(\))\s*(#.*)?$",
    ),
    (
        VALUE,
        r"(too many|not enough) values to unpack \(expected (?P<n>\d+)(, got (?P<got>\d+))?",
        "The values to be unpacked are not {n}, one for each name. Print what is there. A tensor "
        "is unpacked along its first axis. " + RETURNS,
    ),
    (
        TYPE,
        r"cannot unpack non-iterable NoneType object",
        "None is unpacked. Either the function called here lacks its return, or the value was never "
        "set.",
    ),
    (
        TYPE,
        r"cannot unpack non-iterable (?P<kind>\w+) object",
        "One value of type {kind} is unpacked into several names. Look what is on the right of `=` or "
        "in the loop; for the position, too, loop over enumerate(...).",
    ),
    (
        ATTRIBUTE,
        r"'torch\.return_types\.\w+' object has no attribute '(?P<name>\w+)'",
        "{name} is looked up on a pair. " + PAIR,
    ),
    (
        TYPE,
        r".*(must be Tensor, not torch\.return_types|unsupported operand.*'torch\.return_types)",
        "A pair is used as a tensor. " + PAIR,
    ),
    (
        ATTRIBUTE,
        r"'tuple' object has no attribute '(?P<name>\w+)'",
        "This value is a tuple, which has no {name}. If a tensor is meant, unpack the tuple first. "
        + RETURNS,
    ),
    (
        TYPE,
        r"(?P<call>\w+)\(\): argument '(?P<name>\w+)' (\(position \d+\) )?must be Tensor, not tuple",
        "{call} gets a tuple, not a tensor. Unpack it first. " + RETURNS,
    ),
    (
        TYPE,
        r"can only concatenate tuple|unsupported operand type.*(Tensor' and 'tuple|tuple' and '"
        r"Tensor)'",
        "A tuple is used where a tensor may be meant. Unpack it first. " + RETURNS + " " + PAIR,
    ),
)

NONE = (
    (
        ATTRIBUTE,
        r"'NoneType' object has no attribute '(?P<name>\w+)'",
        "The gradient is None: backward has not reached this tensor, or .grad was set to None. Call "
        "backward first, and check that the tensor is used.",
        r"\.grad\.",
    ),
    (
        f"{TYPE}|{ATTRIBUTE}",
        r".*('NoneType'|must be Tensor, not NoneType|must be real number, not NoneType|not NoneType$"
        r"|NoneType\.__format__|infer dtype of NoneType)",
        "A value used here is None. Either a function that you call lacks its return (then it "
        "returns None), or a value was never set.",
    ),
    (
        "RuntimeError",
        r"Could not infer dtype of NoneType",
        "A tensor is to be made from None. Either a function lacks its return, or a value was never "
        "set.",
    ),
)

CALLS = (
    (
        TYPE,
        r"(?P<call>\w+)\(\): argument '(?P<name>\w+)' (\(position \d+\) )?must be Tensor, not "
        r"(?P<kind>int|float|list|bool|numpy\.ndarray)$",
        "{call} takes a tensor, but its argument {name} is of type {kind}. Make it a tensor first "
        "(torch.tensor, torch.from_numpy, torch.stack), or use math and NumPy for numbers.",
    ),
    (
        TYPE,
        r"(?P<call>\w+)\(\): argument '(?P<name>\w+)' (\(position \d+\) )?must be (?P<want>[\w ]+), "
        r"not (?P<kind>[\w.]+)$",
        "{call} takes a {want} as its argument {name}, but gets a value of type {kind}.",
    ),
    (
        TYPE,
        r"(?P<call>\w+)\(\) received an invalid combination of arguments - got \((?P<got>.*?)\), but",
        "No form of {call} takes these types of arguments: ({got}). Compare them with its "
        "documentation: sizes are whole numbers, and dim is a number, for example.",
    ),
    (
        TYPE,
        r"RNNBase\.__init__\(\) missing \d+ required [\w -]+: (?P<rest>.+)",
        "Making an nn.RNN, nn.LSTM or nn.GRU needs more than the call gives: {rest}. They take "
        "input_size and hidden_size.",
    ),
    (
        TYPE,
        r"(?P<name>\w+)\.__init__\(\) missing \d+ required [\w -]+: (?P<rest>.+)",
        "Making an object of {name} needs more than the call gives: {rest}. Give it in the call, in "
        "the order of __init__.",
    ),
    (
        TYPE,
        r"(?P<call>[\w.<>]+)\(\) missing \d+ required [\w -]+: (?P<rest>.+)",
        "The call of {call} does not give all that it needs: {rest}. Either the call leaves it out, "
        "or a method is called on its class and not on an object.",
    ),
    (
        TYPE,
        r"(?P<name>\w+)\.__init__\(\) takes (?P<most>from \d+ to \d+|\d+) positional arguments? but "
        r"(?P<n>\d+) (was|were) given",
        "The __init__ of {name} takes {most}, but the call gives {n} arguments (self counts as one). "
        "Either __init__ lacks some, or the call has too many. Layers such as nn.Tanh are made "
        "first and called then: nn.Tanh()(x).",
    ),
    (
        TYPE,
        r"(?P<call>[\w.<>]+)\(\) takes (?P<most>from \d+ to \d+|\d+) positional arguments? but "
        r"(?P<n>\d+) (was|were) given",
        "The call of {call} gives {n} arguments, but its definition takes {most}. In a method, self "
        "counts as one: check that the definition has self, and each argument of the call.",
    ),
    (
        TYPE,
        r"(?P<name>\w+)\(\) takes no arguments",
        "The class {name} takes no arguments. Either __init__ is not written, or its name is "
        "misspelled (two underscores on each side), or it is not indented into the class.",
    ),
    (
        TYPE,
        r"(?P<call>[\w.<>]+)\(\) got an unexpected keyword argument '(?P<name>\w+)'",
        "The call of {call} gives {name}=, which its definition does not have. Compare the names.",
    ),
    (
        TYPE,
        r"(?P<call>[\w.<>]+)\(\) got multiple values for argument '(?P<name>\w+)'",
        "The call of {call} gives {name} twice: by position and by name. If it is a method, check that "
        "the definition has self.",
    ),
    (
        TYPE,
        r"__init__\(\) should return None",
        "__init__ returns a value. Remove its return: it only sets attributes.",
    ),
    (
        TYPE,
        r"'(?P<kind>[\w.]+)' object is not callable",
        "A value of type {kind} is called like a function. Either brackets [ ] are meant, a * is "
        "missing before the parenthesis, a variable has the name of a function, or a class of yours "
        "is not derived from nn.Module.",
    ),
    (
        TYPE,
        r"('(?P<kind>[\w.]+)' object|type '(?P<name>\w+)') is not subscriptable",
        "A value of type {kind}{name} is followed by [ ], which it does not have. Either parentheses "
        "for a call are meant, or another value.",
    ),
    (
        TYPE,
        r"'(?P<kind>[\w.]+)' object is not (iterable|an iterator)",
        "A loop, list or function needs several values, but gets one of type {kind}. For a count, use "
        "range(n); for a module's parameters, .parameters().",
    ),
    (
        TYPE,
        r"object of type '(?P<kind>[\w.]+)' has no len\(\)",
        "The length of a value of type {kind} is asked for, and it has none.",
    ),
    (
        TYPE,
        r"'(?P<kind>[\w.]+)' object does not support item assignment",
        "A value of type {kind} cannot be changed by x[i] = ... Make a list or a tensor instead.",
    ),
)

NAMES = (
    (
        "NameError",
        r"name '(?P<name>torch|np|nn|F|math|random|Tensor|plt)' is not defined",
        "Nothing named {name} exists at this line. If the library is meant, import it at the top of "
        "this file.",
    ),
    (
        "NameError",
        r"(name|cannot access free variable) '(?P<name>\w+)'",
        "Nothing named {name} exists at this line. Either it is misspelled, its import is missing, "
        "or it is made elsewhere: pass it as an argument, or write self.{name} for an attribute.",
    ),
    (
        "UnboundLocalError",
        r"(cannot access )?local variable '(?P<name>\w+)'",
        "{name} has no value yet at this line: the function sets it only later, or in a branch or a "
        "loop that did not run. Set it before.",
    ),
    (
        ATTRIBUTE,
        r"'float' object has no attribute 'backward'|'int' object has no attribute 'backward'",
        "backward is called on a Python number, which has no gradients. Keep the tensor for "
        "backward, and use .item() only for what you print.",
    ),
    (
        ATTRIBUTE,
        r"'(?P<kind>list|numpy\.ndarray|int|float|dict|str)' object has no attribute '(?P<name>\w+)'",
        "This value is of type {kind}, which has no {name}. If it should be a tensor, make it one: "
        "torch.tensor, torch.from_numpy, or torch.stack for a list of tensors.",
    ),
    (
        ATTRIBUTE,
        r"'(function|method|builtin_function_or_method)' object has no attribute",
        "A function or method is used here without being called. If its result is meant, add the "
        "parentheses.",
    ),
    (
        ATTRIBUTE,
        r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
        "The module {module} has no {name}. Check the spelling, and in which module it is; a file of "
        "yours with the name of a library hides the library.",
    ),
    (
        ATTRIBUTE,
        r"'Tensor' object has no attribute '(?P<name>\w+)'",
        "Tensors have no {name}. Check the spelling, and whether it is a function: torch.{name}(x).",
    ),
    (
        ATTRIBUTE,
        r"'(?P<kind>\w+)' object has no attribute '(?P<name>parameters|named_parameters|state_dict|"
        r"train|eval|to|register_buffer|zero_grad|forward)'",
        "{kind} has no {name}. Every nn.Module has it: either the class is not derived from nn.Module, "
        "or this value is not the model.",
    ),
    (
        ATTRIBUTE,
        r"('(?P<kind>\w+)' object|type object '(?P<cls>\w+)') has no attribute '(?P<name>\w+)'",
        "{kind}{cls} has no {name} at this line. Either it is misspelled, this value is another than "
        "you mean, or __init__ does not set self.{name} before.",
    ),
    (
        IMPORT,
        r"No module named '(?P<name>[\w.]+)'",
        "There is no module {name} here. Either it is misspelled, a file is not handed in, or the "
        "package is not installed for this assignment.",
    ),
    (
        IMPORT,
        r"cannot import name '(?P<name>\w+)' from (partially initialized module )?'(?P<m>[\w.]+)'",
        "{m} has no {name}. Either it is misspelled, it is in another module, or two files import "
        "each other.",
    ),
    (
        IMPORT,
        r"attempted relative import",
        "An import begins with a dot, which works only inside a package. Import by the file's name.",
    ),
    (
        "FileNotFoundError",
        r"\[Errno 2\] No such file or directory: (?P<name>.+)",
        "There is no file {name} where your code runs. Either it is not handed in, or its path is one "
        "of your own computer. Paths beside your file: Path(__file__).parent / name.",
    ),
)

ROWS = (*UNPACKING, *NONE, *CALLS, *NAMES)
