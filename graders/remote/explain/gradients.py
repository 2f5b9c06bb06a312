"""Messages about gradients and devices."""

RUNTIME = "RuntimeError"

GRADIENTS = (
    (
        RUNTIME,
        r"grad can be implicitly created only for scalar outputs",
        "backward starts from one number, but this tensor has several. Take .mean() or .sum() first.",
    ),
    (
        RUNTIME,
        r"element \d+ of tensors does not require grad",
        "A gradient is asked of a tensor that depends on nothing with requires_grad. Either no "
        "parameter is used, or the connection is lost on the way: .detach(), .item(), .data, "
        "torch.tensor(...), argmax, torch.no_grad() and NumPy do this.",
    ),
    (
        RUNTIME,
        r"Trying to backward through the graph a second time",
        "backward runs twice through the same computation. Either it is called twice on one loss, or "
        "something computed before the last backward (such as a hidden state) is used again: compute "
        "it anew, or detach() it.",
    ),
    (
        RUNTIME,
        r"one of the variables needed for gradient computation has been modified by an inplace",
        "A tensor that backward still needs has been changed in place (by +=, x[i] = ..., or a "
        "function whose name ends in _). Make a new tensor instead: x = x + y, or a list and stack.",
    ),
    (
        RUNTIME,
        r"a (view of a )?leaf Variable that requires grad is being used in an in-place operation",
        "A parameter, or another tensor with requires_grad, is changed in place while gradients are "
        "recorded. Update parameters inside `with torch.no_grad():`; in forward, make a new tensor.",
    ),
    (
        RUNTIME,
        r"Output \d+ of \w+ is a view and is being modified inplace",
        "A part of a tensor (of chunk, unbind or split) is changed in place. Write x = x + y.",
    ),
    (
        RUNTIME,
        r"One of the differentiated Tensors (does not require grad|appears to not have been used)|"
        r"The differentiated Tensor at index \d+ appears to not have been used",
        "A gradient is asked for a tensor that the result does not depend on, or that does not "
        "require one. Check which tensors forward really uses.",
    ),
    (
        RUNTIME,
        r"[oO]nly Tensors of floating point (and complex )?dtype can require gradients",
        "Only floating-point tensors can have gradients. Write 1.0 for 1, or use .float().",
    ),
    (
        RUNTIME,
        r"you can only change requires_grad flags of leaf variables",
        "requires_grad cannot be changed on a computed tensor. Use x.detach().",
    ),
    (
        RUNTIME,
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy cannot follow gradients. Use torch's functions where gradients are needed, and "
        "x.detach().numpy() for a plot or a printout.",
    ),
    (
        RUNTIME,
        r"Only Tensors created explicitly by the user .* support the deepcopy",
        "A computed tensor is copied with deepcopy. Use x.detach().clone(), and do not keep computed "
        "tensors as attributes of a module.",
    ),
    (
        RUNTIME,
        r"Inference tensors cannot be saved|Setting requires_grad=True on inference tensor",
        "A tensor made under torch.inference_mode() is used for training. Use torch.no_grad().",
    ),
)

DEVICE_ADVICE = (
    "What your code makes itself must be on x.device: give device=x.device. Plain tensors and layers "
    "in a plain Python list do not move with their module."
)

DEVICES = (
    (
        "AssertionError|RuntimeError",
        r"Torch not compiled with CUDA enabled|Found no NVIDIA driver|No CUDA GPUs are available",
        "Your code asks for a GPU (.cuda() or device='cuda'), and there is none here. "
        + DEVICE_ADVICE,
    ),
    (
        RUNTIME,
        r"(Tensor on device (?P<a>[\w:]+) is not on the expected device (?P<b>[\w:]+)|Input and "
        r"\w+ tensors are not at the same device, found input tensor at (?P<c>[\w:]+) and \w+ "
        r"tensor at (?P<d>[\w:]+))",
        "An operation mixes tensors on the devices {a}{c} and {b}{d}. " + DEVICE_ADVICE,
    ),
    (
        RUNTIME,
        r"Expected all tensors to be on the same device",
        "An operation mixes tensors on different devices. " + DEVICE_ADVICE,
    ),
    (
        "NotImplementedError|RuntimeError|TypeError",
        r"Cannot copy out of meta tensor|can't convert meta device|Tensor\.item\(\) cannot be called "
        r"on meta",
        "The value of a tensor without values is asked for: it is on the device `meta`, which keeps "
        "shapes only. Either a number is read from a tensor (item(), if, NumPy) or devices are mixed. "
        + DEVICE_ADVICE,
    ),
    (
        RUNTIME,
        r"Expected one of cpu, cuda, .* device string: (?P<name>.+)",
        "There is no kind of device called {name}. Use x.device, or 'cpu'.",
    ),
)

ROWS = (*GRADIENTS, *DEVICES)
