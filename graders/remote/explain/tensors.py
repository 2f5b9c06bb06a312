"""Messages about the indexes, dtypes and values of tensors."""

RUNTIME, INDEX, VALUE, TYPE = "RuntimeError", "IndexError", "ValueError", "TypeError"

INDEXES = (
    (
        INDEX,
        r"index out of range in self",
        "An index is outside the table. An nn.Embedding with n rows takes indexes from 0 to n - 1: "
        "print the smallest and the largest index, and the number of rows.",
    ),
    (
        INDEX,
        r"index 1 is out of bounds for dimension 0 with size 1$",
        "Index 1 does not exist in an axis of size 1. If this happens in nn.LSTM: its second "
        "argument is the pair (h, c), and one tensor alone is not enough.",
        r"(?i)lstm",
    ),
    (
        f"{INDEX}|{RUNTIME}",
        r"index (?P<i>-?\d+) is out of bounds for (dimension|axis) (?P<dim>\d+) with size (?P<n>\d+)",
        "There is no index {i} in axis {dim}: this axis has size {n:size}, and indexes start at 0. "
        "Either the index is wrong, or another axis is meant.",
    ),
    (
        INDEX,
        r"too many indices for (tensor of dimension (?P<d>\d+)|array: array is (?P<e>\d+)-dim)",
        "There are more indexes in the brackets than axes ({d}{e}). Print the shape.",
    ),
    (
        RUNTIME,
        r"Index tensor must have the same number of dimensions as input tensor",
        "gather and scatter need an index with as many axes as the tensor: unsqueeze adds one.",
    ),
    (
        RUNTIME,
        r"(gather|scatter)\(\): Expected dtype int32/int64 for index",
        "The index must consist of whole numbers: use .long().",
    ),
    (
        INDEX,
        r"invalid index of a 0-dim tensor",
        "This tensor is a single number without axes, so it cannot be indexed. Use x.item() for its "
        "value, or remove one index.",
    ),
    (
        INDEX,
        r"only integers, slices|(tensor|array)s used as indices must be",
        "An index is neither a whole number, a slice nor a tensor of whole numbers. Use x.long() "
        "for a tensor, and // for a division that gives an index.",
    ),
    (
        INDEX,
        r"shape mismatch: indexing tensors could not be broadcast together with shapes (?P<s>.+)",
        "The index tensors have the shapes {s:size}. They must be equally long: they are paired, "
        "element by element.",
    ),
    (
        INDEX,
        r"The shape of the mask (?P<m>\[[\d, ]*\]) at index \d+ does not match the shape of the "
        r"indexed tensor (?P<t>\[[\d, ]*\])",
        "The mask has shape {m:size}, but what it picks from has shape {t:size}. Make them equal.",
    ),
)

DTYPE_ADVICE = (
    "Either your code makes data in another dtype (give dtype=x.dtype), or a tensor or a layer does "
    "not follow its module: plain tensors and layers in a plain Python list are not registered. "
    "Use nn.Parameter, register_buffer or nn.ModuleList."
)

WHOLE = (
    "Either whole numbers must be converted (.float()), or indexes are used where vectors belong: "
    "use nn.Embedding or one_hot first."
)

DTYPES = (
    (
        RUNTIME,
        r"\w+ and \w+ must have the same dtype, but got (Long and \w+|\w+ and Long)",
        "A product mixes whole numbers and floating-point numbers. " + WHOLE,
    ),
    (
        RUNTIME,
        r"expected m1 and m2 to have the same dtype, but got: (long int != \w+|\w+ != long int)",
        "A product mixes whole numbers and floating-point numbers. " + WHOLE,
    ),
    (
        VALUE,
        r"RNN input dtype \(torch\.int",
        "The layer's input consists of whole numbers, but its weights are floating-point. " + WHOLE,
    ),
    (
        RUNTIME,
        r"Expected tensor for argument #1 'indices' .* but got torch\.(?P<kind>\w+)Tensor",
        "nn.Embedding takes whole numbers (indexes), but it gets values of dtype {kind}. Pass the "
        "indexes themselves, or convert them with .long().",
    ),
    (
        RUNTIME,
        r"expected target dtype to be Long or Byte, but got (?P<kind>\w+)",
        "The classes must be whole numbers (dtype long), but they are {kind}. For cross_entropy, "
        "give class indexes: targets.long().",
    ),
    (
        RUNTIME,
        r"Expected floating point type for target with class probabilities, got (?P<kind>\w+)",
        "cross_entropy gets logits and targets of one shape, so it takes the targets as "
        "probabilities, but they are {kind}. Give either indexes with one axis less, or "
        "probabilities as floats.",
    ),
    (
        RUNTIME,
        r"expected scalar type Long but found (?P<kind>\w+)",
        "An operation needs dtype long, but finds {kind}. Either indexes or targets must be whole "
        "numbers (.long()), or a factor of a product is of whole numbers (use .float() there).",
    ),
    (
        RUNTIME,
        r"Found dtype (?P<got>\w+) but expected (?P<want>\w+)",
        "Two tensors that must have one dtype (such as a loss's predictions and targets) have {want} "
        "and {got}. Convert one: targets.to(predictions.dtype).",
    ),
    (
        RUNTIME,
        r"result type (?P<got>\w+) can't be cast to the desired output type (?P<want>\w+)",
        "A result of dtype {got} is to be stored as {want}. Make the tensor that receives it (for a "
        "loss: the targets) floating-point, with .float() or dtype=x.dtype.",
    ),
    (
        VALUE,
        r"RNN input dtype \(torch\.(?P<a>\w+)\) does not match weight dtype \(torch\.(?P<b>\w+)\)",
        "The layer's input is {a}, but its weights are {b}. " + DTYPE_ADVICE,
    ),
    (
        RUNTIME,
        r"(\w+ and \w+ must have the same dtype, but got|dot : expected both vectors to have same "
        r"dtype, but found) (?P<a>\w+) and (?P<b>\w+)",
        "A product mixes the dtypes {a} and {b}. " + DTYPE_ADVICE,
    ),
    (
        RUNTIME,
        r"Input and \w+ tensors are not the same dtype, found input tensor with (?P<a>\w+) and \w+ "
        r"tensor with (?P<b>\w+)",
        "A recurrent layer mixes the dtypes {a} and {b}. " + DTYPE_ADVICE,
    ),
    (
        RUNTIME,
        r"expected m1 and m2 to have the same dtype, but got: (?P<a>[\w ]+) != (?P<b>[\w ]+)",
        "A product mixes the dtypes {a} and {b}. " + DTYPE_ADVICE,
    ),
    (
        RUNTIME,
        r"expected scalar type (?P<a>\w+) but found (?P<b>\w+)",
        "An operation mixes the dtypes {a} and {b}. " + DTYPE_ADVICE,
    ),
    (
        RUNTIME,
        r"addm[vm] input tensors must have the same dtype|get_mkldnn_dtype: unsupported data type",
        "An operation gets tensors of different dtypes, or of one that it does not have. "
        + DTYPE_ADVICE,
    ),
    (
        RUNTIME,
        r"one_hot is only applicable to index tensor of type LongTensor",
        "one_hot takes indexes of dtype long: convert them with .long().",
    ),
    (
        RUNTIME,
        r"Class values must be (smaller than num_classes|non-negative)",
        "one_hot gets an index outside 0 to num_classes - 1. Print the smallest and the largest.",
    ),
    (
        f"{RUNTIME}|NotImplementedError",
        r"\"\w+\" not implemented for '(?P<kind>\w+)'",
        "This operation does not exist for dtype {kind}. Convert the tensor: .float() for numbers to "
        "compute with, .long() or .bool() for indexes and masks.",
    ),
    (
        RUNTIME,
        r"(mean\(\)|linalg\.vector_norm): .*(Got:?) (?P<kind>\w+)",
        "A mean or a norm needs floating-point numbers, but it gets {kind}. Use x.float().",
    ),
    (
        f"{RUNTIME}|{TYPE}",
        r"where expected condition to be a boolean|masked_fill_ only supports boolean masks|"
        r"~ \(operator\.invert\)",
        "A mask must consist of True and False. Use a comparison (x > 0) or x.bool().",
    ),
)

VALUES = (
    (
        RUNTIME,
        r"a Tensor with (?P<n>\d+) elements cannot be converted to Scalar",
        "One number is asked for, but the tensor has {n:size} elements. Index it, or reduce it with "
        "sum() or mean() first.",
    ),
    (
        f"{VALUE}|{TYPE}",
        r"only one element tensors can be converted to Python scalars|can only convert an array of "
        r"size 1|only 0-dimensional arrays can be converted",
        "A Python number is asked for (as in float(x) or a list of numbers), but a tensor or array "
        "has several elements. Index it, reduce it, or use torch's functions (and torch.stack).",
    ),
    (
        TYPE,
        r"only integer tensors of a single element can be converted to an index",
        "A whole number is needed (in range, as a list's index, or beside a tuple in a product), but "
        "a tensor is there. Use int(x) for one element; look whether a tuple is meant to be a tensor.",
    ),
    (
        f"{RUNTIME}|{VALUE}",
        r"Boolean value of Tensor with more than one value is ambiguous",
        "A loss is given tensors where it takes its settings. It is made first and called then: "
        "nn.CrossEntropyLoss()(logits, targets).",
        r"\w+Loss\((?!\s*\)|\w+\s*=)",
    ),
    (
        f"{RUNTIME}|{VALUE}",
        r"Boolean value of Tensor with more|The truth value of an array with more than one element",
        "A tensor or array of several values is used as one True or False (in if, while, and, or, "
        "not, in). Use .any() or .all(), `is None`, or torch.where.",
    ),
    (
        TYPE,
        r"unsupported format string passed to (Tensor|numpy\.ndarray)\.__format__",
        "A format such as :.3f takes one number, but it gets a tensor or array. Use x.item().",
    ),
    (
        RUNTIME,
        r"probability tensor contains either",
        "multinomial gets probabilities that are negative, inf or nan. Give it softmax(...), and not "
        "logits or their logarithm; print whether the logits themselves are nan.",
    ),
    (
        RUNTIME,
        r"invalid multinomial distribution \(sum",
        "multinomial gets a row of probabilities that are all 0. Print it before this line.",
    ),
    (
        RUNTIME,
        r"prob_dist must be 1 or 2 dim",
        "multinomial takes one row of probabilities or a matrix of rows (1 or 2 axes). Select the "
        "last time step first, for example.",
    ),
    (
        RUNTIME,
        r"cannot sample n_sample > prob_dist",
        "multinomial is to draw more samples than there are entries, without putting them back. "
        "Draw one at a time, or give replacement=True.",
    ),
    (RUNTIME, r"cannot sample n_sample <= 0", "multinomial must draw at least one sample."),
    (
        RUNTIME,
        r"multinomial only supports floating-point dtypes for input, got: (?P<kind>\w+)",
        "multinomial takes floating-point probabilities, but it gets {kind}. Use .float().",
    ),
    (
        VALUE,
        r"Expected parameter \w+ .*of distribution (?P<name>\w+)",
        "The distribution {name} gets values that it does not allow, such as nan, or probabilities "
        "that are negative or do not add up to 1. Print them before this line.",
    ),
    (
        VALUE,
        r"'a' and 'p' must have same size|probabilities do not sum to 1",
        "np.random.choice needs one probability for each choice, and their sum must be 1.",
    ),
)

SOURCES = (
    (
        f"{VALUE}|{TYPE}",
        r"too many dimensions 'str'|new\(\): invalid data type 'str'|can't convert np\.ndarray of type "
        r"numpy\.(str_|object_)",
        "A text is used where a tensor needs numbers. Turn each character or word into its index "
        "first.",
    ),
    (
        TYPE,
        r"expected np\.ndarray \(got (?P<kind>\w+)\)",
        "from_numpy takes a NumPy array, but gets a value of type {kind}. Use torch.tensor for lists.",
    ),
    (
        TYPE,
        r"ufunc '\w+' not supported for the input types|loop of ufunc does not support argument",
        "A function of NumPy gets values that are no numbers. Print their type and dtype.",
    ),
)

ROWS = (*INDEXES, *DTYPES, *VALUES, *SOURCES)
