"""Messages about lists, dictionaries, texts and arithmetic of Python."""

INDEX, VALUE, TYPE = "IndexError", "ValueError", "TypeError"

CONTAINERS = (
    (
        INDEX,
        r"tuple index out of range",
        "The tuple is shorter than this index needs. If it is a shape: the tensor has fewer axes "
        "than this line assumes.",
    ),
    (
        INDEX,
        r"(?P<kind>list|string)( assignment)? index out of range",
        "The {kind} is shorter than this index needs. The last index is len(x) - 1; use append to "
        "add to a list.",
    ),
    (INDEX, r"pop from empty list", "The list is empty. Check its length before pop."),
    (
        TYPE,
        r"(?P<kind>list|tuple|string) indices must be integers(,)? (or slices, )?not '?(?P<got>\w+)",
        "A {kind} is indexed by a value of type {got}. Use a whole number: i for a position, // for a "
        "division; commas ([i, j]) work on tensors only.",
    ),
    (
        "KeyError",
        r"(?P<key>.+)",
        "The key {key} is not there. Print the keys, and check how the dictionary is filled; equal "
        "tensors are different keys (use x.item()).",
    ),
    (
        TYPE,
        r"unhashable type: '(?P<kind>[\w.]+)'",
        "A value of type {kind} cannot be a dictionary's key or a set's member. Use a number, a text "
        "or a tuple.",
    ),
    (
        "RuntimeError",
        r"(dictionary|Set|set) changed size during iteration",
        "A dictionary or set is changed inside a loop over it. Loop over list(x).",
    ),
    (
        VALUE,
        r"(list\.remove\(x\): x not in list|tuple\.index\(x\): x not in|.{1,80} is not in list|"
        r"substring not found)",
        "What is looked for is not there. Print the list or text before this line.",
    ),
    (
        VALUE,
        r"(max|min)\(\) (arg is an empty sequence|iterable argument is empty)|attempt to get arg",
        "The largest or smallest of no values is asked for. Check that the list is filled before.",
    ),
    (
        "RuntimeError|IndexError",
        r"(arg)?(max|min)\(\): Expected reduction dim to be specified for input\.numel\(\) == 0",
        "The largest or smallest of an empty tensor is asked for. Print its shape.",
    ),
    (
        "StopIteration",
        r"",
        "next() found no further value: the iterator is used up. Make a new one.",
    ),
)

OPERATIONS = (
    (
        TYPE,
        r"can only concatenate (?P<a>\w+) \(not \"(?P<b>[\w.]+)\"\) to \w+",
        "+ joins a {a} and a value of type {b}, which does not work. Use append for a list, str(x) "
        "for a text, or make tensors first.",
    ),
    (
        TYPE,
        r"unsupported operand type\(s\) for (?P<op>\S+)( or \w+\(\))?: '(?P<a>[\w.]+)' and "
        r"'(?P<b>[\w.]+)'",
        "{op} is used between {a} and {b}, which does not work. Convert one of them first; lists "
        "become tensors by torch.tensor or torch.stack.",
    ),
    (
        TYPE,
        r"'(?P<op>[<>=]+)' not supported between instances of '(?P<a>[\w.]+)' and '(?P<b>[\w.]+)'",
        "{op} compares {a} with {b}, which have no order. Compare values of one type.",
    ),
    (
        TYPE,
        r"bad operand type for (?P<op>[\w ()-]+): '(?P<kind>[\w.]+)'",
        "{op} does not work on a value of type {kind}.",
    ),
    (
        TYPE,
        r"can't multiply sequence by non-int of type '(?P<kind>[\w.]+)'",
        "A list, tuple or text is multiplied by a value of type {kind}. To multiply its numbers, make "
        "it a tensor first.",
    ),
    (
        TYPE,
        r"'(?P<kind>[\w.]+)' object cannot be interpreted as an integer",
        "A whole number is needed, but this is of type {kind}. Use // for a division, or int(x).",
    ),
    (
        TYPE,
        r"sequence item (?P<n>\d+): expected str instance, (?P<kind>\w+) found",
        "join takes texts, but element {n} is of type {kind}. Look each index up in your table of "
        "characters first.",
    ),
    (
        TYPE,
        r"ord\(\) expected",
        "ord takes one character, and gets something else. Loop over the text's characters.",
    ),
    (
        VALUE,
        r"(invalid literal for int\(\) with base \d+|could not convert string to float): (?P<what>.+)",
        "The text {what} is not a number. Print what is converted.",
    ),
    ("ZeroDivisionError", r"", "The divisor is 0. Print it: a count or a length can be 0 here."),
    (
        "RuntimeError",
        r"ZeroDivisionError$",
        "A tensor of whole numbers is divided by 0. Print the divisor.",
    ),
    (
        VALUE,
        r"math domain error|expected a (positive|nonnegative) input",
        "A function of math gets a number that it does not allow, such as the log of 0 or the root "
        "of a negative number. Print it before this line.",
    ),
    (
        "OverflowError",
        r"math range error|\(34,",
        "A result is too large for a float. For softmax, subtract the maximum before exp.",
    ),
    (
        f"OverflowError|{VALUE}",
        r"cannot convert float (infinity|NaN) to integer",
        "A number is inf or nan and cannot become a whole number. Print where it comes from.",
    ),
    (
        "RecursionError",
        r"maximum recursion depth exceeded",
        "A function calls itself without end. Either the case that stops it is missing, or a method "
        "calls itself by mistake (self(x) inside forward, for example).",
    ),
    (
        "EOFError",
        r"EOF when reading a line",
        "input() does not work here: take the value as an argument.",
    ),
)

ROWS = (*CONTAINERS, *OPERATIONS)
