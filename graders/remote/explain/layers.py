"""Messages about recurrent layers, losses, modules and optimizers."""

RUNTIME, INDEX, VALUE, TYPE = "RuntimeError", "IndexError", "ValueError", "TypeError"
ATTRIBUTE = "AttributeError"

RECURRENT = (
    (
        RUNTIME,
        r"input\.size\(-1\) must be equal to input_size\. Expected (?P<want>\d+), got (?P<got>\d+)"
        r"|input has inconsistent input_size: got (?P<got2>\d+),? expected (?P<want2>\d+)",
        "The recurrent layer was made with input_size {want:size}{want2:size}, but the last axis of "
        "its input has size {got:size}{got2:size}. Make these two sizes equal.",
    ),
    (
        RUNTIME,
        r"hidden(?P<n>\d) has inconsistent hidden_size: got (?P<got>\d+), expected (?P<want>\d+)",
        "The cell was made with hidden_size {want:size}, but the last axis of its state has size "
        "{got:size}. Make these two sizes equal.",
    ),
    (
        RUNTIME,
        r"Expected hidden(\[\d\])? size (?P<want>\([\d, ]+\)), got (?P<got>\[[\d, ]+\])",
        "The first state must have the shape {want:size}, which is (layers, batch, hidden), but it "
        "has {got:size}. If batch and time are exchanged, look at batch_first: the state never has "
        "batch first.",
    ),
    (
        RUNTIME,
        r"Input batch size (?P<a>\d+) doesn't match hidden\d batch size (?P<b>\d+)",
        "The cell's input has {a:size} rows, but its state has {b:size}. Both need one row for each "
        "sequence.",
    ),
    (
        RUNTIME,
        r"For batched 3-D input, (hx|hx and cx) should also be 3-D",
        "The input has 3 axes, but the first state does not. It must have the shape (layers, batch, "
        "hidden): h.unsqueeze(0) adds the axis of layers. For nn.LSTM, give a pair of such states.",
    ),
    (
        RUNTIME,
        r"For unbatched 2-D input, (hx|hx and cx) should also be 2-D",
        "The input has 2 axes, so it is taken as one sequence without a batch, but the first state "
        "has 3 axes. Either give the input an axis for the batch, or the state none.",
    ),
    (
        VALUE,
        r"(?P<layer>\w+): Expected input to be (?P<want>\dD or \dD), got (?P<got>\d+)D",
        "{layer} takes an input that is {want}, but it gets one with {got:axes}. A cell takes one "
        "time step: (batch, features); a layer takes sequences: (batch, time, features) in the order "
        "that batch_first sets.",
    ),
    (
        TYPE,
        r"lstm_cell\(\): argument 'hx' \(position 2\) must be tuple of Tensors, not Tensor",
        "nn.LSTMCell takes the pair (h, c) as its state, and gets one tensor. Keep both: "
        "h, c = cell(x, (h, c)).",
    ),
    (
        f"{VALUE}|{TYPE}",
        r"hidden_size (must be greater than zero|should be of type int, got: (?P<kind>\w+))",
        "hidden_size must be a whole number above 0. Check the order of the arguments, and use // "
        "for a division.",
    ),
    (
        TYPE,
        r"(empty|zeros|ones|rand|randn)\(\): argument 'size' .*(of type|got) (?P<kind>\w+)",
        "The sizes of a layer or tensor must be whole numbers, and one is {kind}. Use // for a "
        "division, and check the order of the arguments.",
    ),
    (
        RUNTIME,
        r"Trying to create tensor with negative dimension (?P<n>-\d+)",
        "A tensor or a layer is to have the size {n}. Print how this size is computed.",
    ),
    (
        VALUE,
        r"dropout probability has to be between 0 and 1, but got (?P<p>\S+)",
        "Dropout takes the share that is dropped, from 0 to 1, and gets {p}.",
    ),
    (
        RUNTIME,
        r"`lengths` array must be sorted",
        "The sequences are not sorted from long to short. Give enforce_sorted=False.",
    ),
    (
        RUNTIME,
        r"Length of all samples has to be greater than 0|Expected `len\(lengths\)` to be equal",
        "The lengths must be one number above 0 for each sequence of the batch.",
    ),
)

LOSSES = (
    (
        VALUE,
        r"Expected input batch_size \((?P<a>\d+)\) to match target batch_size \((?P<b>\d+)\)",
        "The loss gets predictions for {a:size} positions, but targets for {b:size}. With batch and "
        "time, flatten both: logits.reshape(-1, classes) and targets.reshape(-1).",
    ),
    (
        INDEX,
        r"Target (?P<t>-?\d+) is out of bounds",
        "A target is class {t}, which the logits do not have: classes are counted from 0, and the "
        "class axis (axis 1, or the only one) must have one entry for each.",
    ),
    (
        RUNTIME,
        r"Expected target size (?P<want>\[[\d, ]+\]), got (?P<got>\[[\d, ]+\])",
        "The targets have shape {got:size}, but for these logits they should have {want:size}. "
        "cross_entropy expects the class axis second, (batch, classes, time): use "
        "logits.transpose(1, 2), or flatten logits and targets.",
    ),
    (
        RUNTIME,
        r"0D or 1D target tensor expected, multi-target not supported",
        "The logits are a matrix, so the targets must be one class index for each row: one axis, "
        "without one-hot rows and without an extra axis of size 1 (squeeze(1) removes it).",
    ),
    (
        VALUE,
        r"For 1D input, 1D target must have size 1, but got target size: (?P<n>\d+)",
        "The logits have one axis, so they are taken as the classes of a single example, but there "
        "are {n:size} targets. Keep the axis of the batch: (batch, classes).",
    ),
    (
        RUNTIME,
        r"only batches of spatial targets supported",
        "The logits have more axes than the targets allow. Flatten both: logits.reshape(-1, classes) "
        "and targets.reshape(-1).",
    ),
    (
        VALUE,
        r"(Using a target|Target) size \(torch\.Size\((?P<t>\[[\d, ]*\])\)\).* input size "
        r"\(torch\.Size\((?P<i>\[[\d, ]*\])\)\)",
        "The targets have shape {t:size}, but the predictions have {i:size}. This loss needs equal "
        "shapes: squeeze or unsqueeze one of them.",
    ),
    (
        RUNTIME,
        r"all elements of (?P<which>input|target) should be between 0 and 1",
        "binary_cross_entropy needs numbers from 0 to 1, and its {which} has others. For raw scores, "
        "use sigmoid first, or binary_cross_entropy_with_logits.",
    ),
)

MODULES = (
    (
        ATTRIBUTE,
        r"cannot assign (module|parameters|buffer)s? before Module\.__init__\(\) call",
        "super().__init__() has not run before this line. Make it the first line of __init__, "
        "with both pairs of parentheses.",
    ),
    (
        ATTRIBUTE,
        r"'(?P<name>\w+)' object has no attribute '_(modules|parameters|buffers|\w+_hooks(_\w+)?)'",
        "super().__init__() has not run in {name}. Make it the first line of __init__, with both "
        "pairs of parentheses.",
    ),
    (
        "NotImplementedError",
        r"Module \[Module(List|Dict)\] is missing the required \"forward\"",
        "nn.ModuleList and nn.ModuleDict only hold layers, and cannot be called. Call each layer, in "
        "a loop, or use nn.Sequential.",
    ),
    (
        "NotImplementedError",
        r"Module \[(?P<name>\w+)\] is missing the required \"forward\" function",
        "The class {name} has no method forward. Either it is not written, its name is misspelled, or "
        "its `def` is not indented as a method of the class.",
    ),
    (
        TYPE,
        r"cannot assign '.+' (as|object to) parameter '(?P<name>\w+)'",
        "{name} is a parameter, and something else is assigned to it. Wrap it in nn.Parameter, or "
        "write into it under torch.no_grad(): {name}.copy_(values). Name computed tensors "
        "differently.",
    ),
    (
        TYPE,
        r"cannot assign '.+' as child module '(?P<name>\w+)'",
        "{name} is a layer of this module, and something else is assigned to it. Choose another name "
        "for what the layer returns.",
    ),
    (
        TYPE,
        r"list is not a Module subclass",
        "A list is given where a layer belongs. Write nn.Sequential(*layers), with a star.",
    ),
    (
        TYPE,
        r"(?P<kind>[\w.]+) is not a Module subclass|\w+\.extend should be called with an iterable, "
        r"but got (?P<got>\w+)",
        "nn.ModuleList takes a list of layers, and nn.Sequential layers; this is {kind}{got}. "
        "Parameters go into nn.ParameterList, and functions into forward.",
    ),
    (
        VALUE,
        r"optimizer got an empty parameter list",
        "The optimizer gets no parameters. Either the model has none, or they are not registered: "
        "plain tensors and layers in a plain Python list are not; use nn.Parameter and "
        "nn.ModuleList. A generator that was used before is empty, too.",
    ),
    (
        VALUE,
        r"can't optimize a non-leaf Tensor",
        "The optimizer gets a computed tensor. Give it the parameters themselves: wrap the final "
        "value in nn.Parameter.",
    ),
    (
        TYPE,
        r"params argument given to the optimizer should be an iterable",
        "The optimizer takes a list of parameters: model.parameters(), or [w] for one tensor.",
    ),
    (
        TYPE,
        r"'method' object is not iterable|'builtin_function_or_method' object is not iterable",
        "A method is given without being called. Add parentheses: model.parameters().",
    ),
    (
        RUNTIME,
        r"Error\(s\) in loading state_dict for (?P<name>\w+)",
        "The saved weights do not fit {name}: names or shapes differ. Compare the names and sizes in "
        "__init__ with the model that was saved.",
    ),
)

ROWS = (*RECURRENT, *LOSSES, *MODULES)
