"""Messages about the sizes and axes of tensors and arrays."""

RUNTIME, INDEX, VALUE, TYPE = "RuntimeError", "IndexError", "ValueError", "TypeError"

PRODUCTS = (
    (
        RUNTIME,
        r"mat1 and mat2 shapes cannot be multiplied \(\d+x(?P<got>\d+) and (?P<takes>\d+)x\d+\)",
        "A matrix product gets rows of length {got:size}, but its second factor (in nn.Linear: the "
        "weight) takes rows of length {takes:size}. Make these two sizes equal.",
    ),
    (
        RUNTIME,
        r"size mismatch, got input \(\d+\), mat \(\d+x(?P<got>\d+)\), vec \((?P<takes>\d+)\)",
        "A matrix with rows of length {got:size} is multiplied by a vector of length {takes:size}. "
        "Make these two sizes equal.",
    ),
    (
        RUNTIME,
        r"inconsistent tensor size, expected tensor \[(?P<a>\d+)\] and src \[(?P<b>\d+)\]",
        "The product of two vectors gets lengths {a:size} and {b:size}. Make them equal.",
    ),
    (
        RUNTIME,
        r"1D tensors expected, but got (?P<a>\d+)D and (?P<b>\d+)D tensors",
        "dot takes two vectors, but it gets tensors with {a:axes} and {b:axes}. Use @ for matrices.",
    ),
    (
        RUNTIME,
        r"(self|mat2) must be a matrix|batch[12] must be a 3D tensor|vector \+ matrix @ vector",
        "mm takes two matrices (2 axes each), mv a matrix and a vector, and bmm two stacks of "
        "matrices (3 axes each). Print the shapes, or use @, which takes all of these.",
    ),
    (
        RUNTIME,
        r"Expected size for first two dimensions of batch2 tensor to be: (?P<want>\[\d+, \d+\]) "
        r"but got: (?P<got>\[\d+, \d+\])",
        "In a product of stacks of matrices, the second factor's first two sizes must be "
        "{want:size} (as many matrices as in the first, and as many rows as the first has columns), "
        "but they are {got:size}. Look whether two axes must be exchanged.",
    ),
    (
        RUNTIME,
        r"both arguments to matmul need to be at least 1D",
        "@ gets a single number as a factor. Use * for numbers, or look where an axis was lost.",
    ),
    (
        RUNTIME,
        r"einsum\(\): subscript (?P<s>\w) has size (?P<b>\d+) for operand \d+ which does not "
        r"broadcast with previously seen size (?P<a>\d+)",
        "In einsum, the letter {s} means size {a:size} first and then size {b:size}. "
        "One letter must have one size: check the letters against the shapes.",
    ),
    (
        RUNTIME,
        r"einsum\(\): the number of subscripts in the equation \((?P<n>\d+)\) does not match the "
        r"number of dimensions \((?P<d>\d+)\) for operand (?P<o>\d+)",
        "In einsum, operand {o} (counted from 0) has {n} letters, but its tensor has {d:axes}. "
        "Write one letter for each axis.",
    ),
    (
        VALUE,
        r"shapes (?P<a>\([\d, ]+\)) and (?P<b>\([\d, ]+\)) not aligned: (?P<m>\d+) .*?!= (?P<n>\d+)",
        "A product of arrays gets the shapes {a} and {b}: {m:size} and {n:size} must be equal.",
    ),
    (
        VALUE,
        r"matmul: Input operand 1 has a mismatch.*\(size (?P<b>\d+) is different from (?P<a>\d+)\)",
        "A matrix product of arrays gets rows of length {a:size}, but its second factor takes "
        "rows of length {b:size}. Make these two sizes equal.",
    ),
    (
        VALUE,
        r"matmul: Input operand \d does not have enough dimensions",
        "@ gets a single number as a factor. Use * for numbers, or look where an axis was lost.",
    ),
)

COMBINED = (
    (
        RUNTIME,
        r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) at "
        r"non-singleton dimension (?P<dim>\d+)",
        "Two tensors are combined element by element, but in axis {dim} one has size {a:size} and "
        "the other {b:size}. These must be equal, or one of them 1. Shapes are compared from the "
        "last axis on: print both.",
    ),
    (
        RUNTIME,
        r"output with shape (?P<have>\[[\d, ]*\]) doesn't match the broadcast shape "
        r"(?P<want>\[[\d, ]*\])",
        "An in-place operation (such as +=) on a tensor of shape {have:size} has a result of shape "
        "{want:size}, which does not fit. Write x = x + y if the larger shape is meant.",
    ),
    (
        RUNTIME,
        r"The expanded size of the tensor .*Target sizes: (?P<want>\[[\d, -]*\])\.  Tensor sizes: "
        r"(?P<have>\[[\d, ]*\])",
        "A tensor of shape {have:size} cannot fill the shape {want:size}, in an assignment or in "
        "expand. Sizes must be equal or 1 in the tensor that fills.",
    ),
    (
        RUNTIME,
        r"expand\(.*the number of sizes provided \((?P<n>\d+)\).*in the tensor \((?P<d>\d+)\)",
        "The tensor has {d:axes}, but expand gets fewer sizes ({n}). Give one for each axis.",
    ),
    (
        VALUE,
        r"operands could not be broadcast together with shapes (?P<a>\([\d,]*\)) (?P<b>\([\d,]*\))",
        "Two arrays are combined element by element, but their shapes are {a:size} and {b:size}. "
        "From the last axis on, sizes must be equal, or one of them 1.",
    ),
    (
        VALUE,
        r"could not broadcast input array from shape (?P<a>\([\d,]*\)) into shape (?P<b>\([\d,]*\))",
        "An array of shape {a:size} is assigned to a place of shape {b:size}. Make the shapes equal.",
    ),
    (
        RUNTIME,
        r"Sizes of tensors must match except in dimension (?P<dim>\d+)\. Expected size (?P<a>\d+) "
        r"but got size (?P<b>\d+) for tensor number (?P<n>\d+)",
        "cat along axis {dim} gets tensors whose other sizes differ: {a:size} in the first, "
        "{b:size} in tensor {n} (counted from 0). Check the axis, and print the shapes.",
    ),
    (
        RUNTIME,
        r"Tensors must have same number of dimensions: got (?P<a>\d+) and (?P<b>\d+)",
        "cat gets tensors with {a:axes} and {b:axes}. Give all the same number of axes (unsqueeze "
        "adds one), or use stack to make a new axis.",
    ),
    (
        f"{RUNTIME}|{VALUE}",
        r"torch\.cat\(\): expected a non-empty list|stack expects a non-empty TensorList"
        r"|need at least one array to|received an empty list of sequences",
        "The list to be joined is empty. Check that the loop before it appends to it.",
    ),
    (
        RUNTIME,
        r"stack expects each tensor to be equal size, but got (?P<a>\[[\d, ]*\]) at entry 0 and "
        r"(?P<b>\[[\d, ]*\]) at entry (?P<n>\d+)",
        "stack gets tensors of different shapes: {a:size} first, {b:size} as number {n} (counted "
        "from 0). Make them equal, or use cat to join them along an axis that they have.",
    ),
    (
        TYPE,
        r"expected Tensor as element (?P<n>\d+) in argument 0, but got tuple",
        "Element {n} of the list for stack or cat is a tuple. Append only the tensor that you need, "
        "such as the output or h of what a layer returns.",
    ),
    (
        TYPE,
        r"expected Tensor as element (?P<n>\d+) in argument 0, but got (?P<kind>[\w.]+)",
        "Element {n} of the list for stack or cat is no tensor but {kind}. Append tensors; numbers "
        "go into torch.tensor([...]).",
    ),
    (
        TYPE,
        r"(?P<call>cat|stack)\(\): argument 'tensors' \(position 1\) must be tuple of Tensors, not",
        "{call} takes one list of tensors: write torch.{call}([a, b], dim=...).",
    ),
    (
        f"{RUNTIME}|{VALUE}",
        r"zero-dimensional (tensor|arrays).* cannot be concatenated",
        "cat gets single numbers, which have no axis. Use stack.",
    ),
    (
        VALUE,
        r"all the input array dimensions except for the concatenation axis must match exactly, but "
        r"along dimension (?P<dim>\d+), .* has size (?P<a>\d+) and .* has size (?P<b>\d+)",
        "concatenate gets arrays whose sizes in axis {dim} differ: {a:size} and {b:size}.",
    ),
    (
        VALUE,
        r"all the input arrays must have same number of dimensions|all input arrays must have the "
        r"same shape",
        "concatenate needs arrays with equally many axes, and stack arrays of one shape. Print the "
        "shapes.",
    ),
    (
        f"{RUNTIME}|{VALUE}",
        r"expected sequence of length (?P<a>\d+) at dim \d+ \(got (?P<b>\d+)\)",
        "A tensor is made from lists of different lengths: {a:size} and {b:size}. Pad them first.",
    ),
    (
        VALUE,
        r"setting an array element with a sequence",
        "Either an array is made from lists of different lengths, or a list or array is put where "
        "one number belongs. Print the lengths.",
    ),
)

AXES = (
    (
        INDEX,
        r"Dimension out of range \(expected to be in range of \[(?P<low>-?\d+), (?P<high>-?\d+)\], "
        r"but got (?P<got>-?\d+)\)",
        "There is no axis {got} here: this tensor allows axes from {low} to {high} (0 is the first, "
        "-1 the last). Print its shape: it has fewer axes than this line assumes.",
    ),
    (
        "AxisError",
        r"axis (?P<got>-?\d+) is out of bounds for array of dimension (?P<d>\d+)",
        "There is no axis {got} here: the array has {d:axes}, counted from 0. Print its shape.",
    ),
    (
        RUNTIME,
        r"permute\(.*input\.dim\(\) = (?P<d>\d+) is not equal to len\(dims\) = (?P<n>\d+)",
        "permute names {n:axes}, but the tensor has {d}. Name each axis once.",
    ),
    (
        VALUE,
        r"axes don't match array",
        "transpose names more or fewer axes than the array has. Name each axis once.",
    ),
    (
        RUNTIME,
        r"permute\(\): duplicate dims",
        "permute names an axis twice. Name each axis once.",
    ),
    (
        RUNTIME,
        r"t\(\) expects a tensor with <= 2 dimensions, but self is (?P<d>\d+)D",
        "t() exchanges the axes of a matrix, but this tensor has {d:axes}. Use transpose(i, j).",
    ),
    (
        RUNTIME,
        r"shape '(?P<shape>\[[\d, -]*\])' is invalid for input of size (?P<n>\d+)",
        "The tensor has {n} numbers, which do not fill the shape {shape:size} exactly. The product "
        "of the sizes must be {n}: print the tensor's shape before this line.",
    ),
    (
        VALUE,
        r"cannot reshape array of size (?P<n>\d+) into shape (?P<shape>\([\d,]*\))",
        "The array has {n} numbers, which do not fill the shape {shape:size} exactly.",
    ),
    (
        RUNTIME,
        r"view size is not compatible with input tensor's size and stride",
        "view cannot join axes whose numbers do not follow each other in memory, as after "
        "transpose or permute. Use reshape, and check that it keeps the order you mean.",
    ),
    (
        f"{RUNTIME}|{VALUE}",
        r"only one dimension can be inferred|can only specify one unknown dimension",
        "The new shape contains -1 more than once. Write out all sizes but one.",
    ),
    (
        RUNTIME,
        r"split_with_sizes expects split_sizes to sum exactly to (?P<n>\d+) .*"
        r"split_sizes=(?P<s>\[.*\])",
        "The parts {s} must add up to the size of the axis, {n:size}.",
    ),
    (
        TYPE,
        r"iteration over a 0-d tensor|len\(\) of a 0-d tensor",
        "This tensor is a single number without axes, so it has no length or elements. Look where "
        "its axes went: sum(), mean() and max() without dim take all of them.",
    ),
    (
        VALUE,
        r"cannot select an axis to squeeze out which has size not equal to one",
        "squeeze removes only axes of size 1. Print the shape.",
    ),
    (
        TYPE,
        r"Cannot interpret '\d+' as a data type",
        "The shape is one tuple: write np.zeros((2, 3)), and not np.zeros(2, 3).",
    ),
)

NORMS = (
    (
        RUNTIME,
        r"Given normalized_shape=(?P<want>\[[\d, ]+\]), .* got input of size(?P<got>\[[\d, ]+\])",
        "LayerNorm was made for the last size {want:size}, but its input has the shape {got:size}.",
    ),
    (
        RUNTIME,
        r"running_mean should contain (?P<got>\d+) elements not (?P<want>\d+)",
        "BatchNorm was made for {want:size} features, but axis 1 of its input has size {got:size}.",
    ),
)

ROWS = (*PRODUCTS, *COMBINED, *AXES, *NORMS)
