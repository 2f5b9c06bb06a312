"""Wrong answers to autoregressive.py."""

from graders.mistakes import Mistake

EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb)"
LSTM = "self.lstm = nn.LSTM(emb, hidden, num_layers, batch_first=True)"
OUTPUT = "self.output = nn.Linear(hidden, vocab_size)"
EMBED = "embedded = self.embedding(x)"
RUN = "states, _ = self.lstm(embedded)"
LOGITS = "return self.output(states)"
SUM = 'logits.flatten(0, 1), targets.flatten(), ignore_index=pad, reduction="sum"'
MEAN = "return total / (targets != pad).sum()"
ZERO = "    if temperature == 0:\n        return int(lnprobs.argmax())\n"
SOFTMAX = "probabilities = torch.softmax(lnprobs / temperature, dim=0)"
DRAW = "return int(torch.multinomial(probabilities, 1))"
COPY = "tokens = list(seed)"
EVAL = "    model.eval()\n"
WHILE = "while len(tokens) < max_length and tokens[-1] != end:"
FEED = "logits = model(torch.tensor([tokens], device=device))"
APPEND = "tokens.append(sample(logits[0, -1], temperature))"
BACK = "    model.train(was_training)\n"
TOKENS = "    return tokens\n"
ADAM = "torch.optim.Adam(model.parameters(), lr=lr)"
EPOCHS = "for _ in range(epochs):"
TRAIN = "        model.train()\n        for i"
ORDER = "for i in torch.randperm(len(batches)).tolist():"
TARGETS = "targets = torch.cat([batch[:, 1:], nothing], dim=1)"
ZERO_GRAD = "            optimizer.zero_grad()\n"
LOSS = "loss = masked_loss(model(batch), targets, PAD)"
CLIP = "norm = nn.utils.clip_grad_norm_(model.parameters(), clip)"
STEP = "            optimizer.step()\n"
KEEP_LOSS = "history.loss_per_token.append(loss.item())"
ON_EPOCH = "        if on_epoch is not None:\n"
SAMPLES = "on_epoch([generate(model, [START], MAX_LENGTH, END) for _ in range(SAMPLES)])"

VALUES, STACKED = "test_logits_equal_the_layers", "test_layers_can_be_stacked"
SHAPE, CAUSAL = "test_shape_of_the_logits", "test_is_causal"
REMEMBERS, APART = "test_remembers_earlier_tokens", "test_samples_do_not_mix"
NO_SOFTMAX, GRADIENTS = "test_no_softmax_inside", "test_gradients_reach_every_layer"
TWICE, FLOAT64 = "test_keeps_nothing_between_calls", "test_works_in_float64"
DEVICE, UNCHANGED = "test_runs_on_any_device", "test_leaves_its_input_alone"
WIDE, LEARNS = "test_default_sizes", "test_model_learns_the_brackets"

PER_TOKEN, ANY_PAD = "test_loss_is_per_token", "test_loss_takes_any_pad_id"
UNPADDED = "test_loss_of_unpadded_targets"
SAME_LOSS = "test_loss_does_not_depend_on_the_batch"
NO_PADS, SLOPE = "test_pads_carry_no_gradient", "test_gradient_of_the_loss"
EXTREME = "test_loss_of_extreme_logits"

AT_ONE = "test_sample_follows_the_distribution"
COLD = "test_sample_follows_a_low_temperature"
HOT = "test_sample_follows_a_high_temperature"
ARGMAX, INDEX = "test_temperature_zero_is_the_argmax", "test_sample_is_an_index"
LARGE, SINGLE = "test_sample_survives_large_logits", "test_sample_of_a_single_index"
SAME_LOGITS = "test_sample_leaves_the_logits_alone"

PATH, ENDS = "test_generates_what_the_model_says", "test_stops_after_end"
LONGEST, SEED = "test_stops_at_max_length", "test_keeps_the_seed"
TEMPERATURE, MODE = "test_passes_the_temperature_on", "test_leaves_the_mode_as_it_was"

NEXT, EACH = "test_trains_on_the_next_token", "test_trains_on_each_batch_once_an_epoch"
SHUFFLED = "test_shuffles_the_batches_each_epoch"
SAME_BATCHES = "test_training_leaves_the_batches_alone"
LOSSES = "test_history_holds_the_loss_per_token"
NORMS = "test_history_holds_the_norm_before_clipping"
COUNTED = "test_history_has_a_value_per_step_or_epoch"
CLIPPED, ALONE = "test_clips_the_gradient", "test_gradients_are_those_of_one_batch"
MOVES, IN_TRAIN = "test_training_changes_the_parameters", "test_trains_in_train_mode"
TEN, FROM_START = "test_calls_on_epoch_with_ten_samples", "test_samples_start_from_start"
WITHOUT, WRITES = "test_trains_without_on_epoch", "test_training_learns_the_ndfa"

MODEL = (
    Mistake(
        "batch_first is missing",
        ((LSTM, "self.lstm = nn.LSTM(emb, hidden, num_layers)"),),
        (VALUES, STACKED, REMEMBERS, APART),
        "batch_first",
        "real",
        recognised="reads the batch axis as time",
    ),
    Mistake(
        "the number of layers is ignored",
        ((LSTM, "self.lstm = nn.LSTM(emb, hidden, batch_first=True)"),),
        (STACKED,),
        "num_layers layers",
        recognised="always has one LSTM layer",
    ),
    Mistake(
        "a bidirectional LSTM",
        (
            (LSTM, LSTM.replace("True", "True, bidirectional=True")),
            (OUTPUT, "self.output = nn.Linear(2 * hidden, vocab_size)"),
        ),
        (VALUES, CAUSAL),
        "no bidirectional layer",
        "real",
        recognised="reads the sequence in both directions",
    ),
    Mistake(
        "a GRU",
        ((LSTM, "self.lstm = nn.GRU(emb, hidden, num_layers, batch_first=True)"),),
        (VALUES, STACKED),
        "nn.LSTM",
        recognised="uses a GRU",
    ),
    Mistake(
        "only the last position is predicted",
        ((LOGITS, "return self.output(states[:, -1])"),),
        (VALUES, SHAPE),
        "wrong shape",
        "real",
        recognised="predicts at the last position only",
    ),
    Mistake(
        "batch and time are flattened",
        ((LOGITS, "return self.output(states).flatten(0, 1)"),),
        (VALUES, SHAPE),
        "wrong shape",
        "real",
        recognised="flattens batch and time",
    ),
    Mistake(
        "the classes come second",
        ((LOGITS, "return self.output(states).transpose(1, 2)"),),
        (VALUES, SHAPE),
        "wrong shape",
        recognised="returns the classes as the second axis",
    ),
    Mistake(
        "a softmax inside",
        ((LOGITS, "return self.output(states).softmax(dim=-1)"),),
        (VALUES, NO_SOFTMAX),
        "cross_entropy applies the softmax itself",
        "real",
        recognised="applies a softmax to its logits",
    ),
    Mistake(
        "a ReLU behind the LSTM",
        ((LOGITS, "return self.output(states.relu())"),),
        (VALUES, STACKED),
        "Add no other layers",
        recognised="applies a ReLU to the LSTM's outputs",
    ),
    Mistake(
        "each token is read alone",
        (
            (
                RUN,
                "states = torch.cat([self.lstm(embedded[:, t : t + 1])[0] "
                "for t in range(x.shape[1])], 1)",
            ),
        ),
        (VALUES, REMEMBERS, LEARNS),
        "in one call",
        "real",
        recognised="reads each token alone",
    ),
    Mistake(
        "the state is carried over to the next batch",
        (
            (OUTPUT, OUTPUT + "\n        self.kept, self.rows = None, 0"),
            (
                RUN,
                "self.kept = self.kept if self.rows == len(x) else None\n"
                "        states, kept = self.lstm(embedded, self.kept)\n"
                "        self.kept, self.rows = tuple(s.detach() for s in kept), len(x)",
            ),
        ),
        (TWICE, CAUSAL),
        "keep nothing on self",
        "real",
        recognised="carries the state over to the next batch",
    ),
    Mistake(
        "the states are detached",
        ((LOGITS, "return self.output(states.detach())"),),
        (GRADIENTS,),
        "detach()",
        "real",
    ),
    Mistake(
        "float32 is written down",
        ((LOGITS, "return self.output(states).float()"),),
        (FLOAT64,),
        "dtype",
    ),
    Mistake(
        "a tensor on the CPU",
        ((EMBED, 'embedded = self.embedding(x) + torch.zeros(1, device="cpu")[:, None]'),),
        (DEVICE,),
        "x.new_zeros",
        "real",
    ),
    Mistake(
        "ids are changed in place",
        ((EMBED, "embedded = self.embedding(x)\n        x.zero_()"),),
        (UNCHANGED,),
        "caller's tensor",
    ),
    Mistake(
        "other defaults",
        (("emb: int = 32, hidden: int = 16", "emb: int = 64, hidden: int = 64"),),
        (WIDE,),
        "sizes",
    ),
    Mistake(
        "two layers by default",
        (("num_layers: int = 1", "num_layers: int = 2"),),
        (WIDE,),
        "more than one layer",
    ),
)

LOSS_ALONE = (
    Mistake(
        "pads are counted in the sum and in the number",
        (
            (SUM, 'logits.flatten(0, 1), targets.flatten(), reduction="sum"'),
            (MEAN, "return total / targets.numel()"),
        ),
        (PER_TOKEN, SAME_LOSS, NO_PADS, SLOPE),
        "the targets that are not `pad`",
        "real",
        recognised="counts the pads",
    ),
    Mistake(
        "divided by all places",
        ((MEAN, "return total / targets.numel()"),),
        (PER_TOKEN, SAME_LOSS),
        "number of real targets",
        "real",
        recognised="divides by the number of all positions",
    ),
    Mistake(
        "divided by the number of rows",
        ((MEAN, "return total / len(targets)"),),
        (PER_TOKEN, UNPADDED),
        "divide by their number",
        "real",
        recognised="divides by the number of rows",
    ),
    Mistake(
        "divided by the sum of the ids",
        ((MEAN, "return total / targets.sum()"),),
        (PER_TOKEN,),
        "divide by their number",
        "real",
        recognised="divides by the sum of the ids",
    ),
    Mistake(
        "the sum is not divided",
        ((MEAN, "return total"),),
        (PER_TOKEN, SAME_LOSS, UNPADDED),
        "divide by their number",
        "real",
        recognised="does not divide the sum",
    ),
    Mistake(
        "the pad is always 0",
        ((SUM, SUM.replace("=pad", "=0")), (MEAN, "return total / (targets != 0).sum()")),
        (ANY_PAD,),
        "Compare with `pad`, not with 0",
        "real",
        recognised="leaves out id 0 instead of `pad`",
    ),
    Mistake(
        "a softmax before cross_entropy",
        ((SUM, SUM.replace("1), t", "1).softmax(dim=-1), t")),),
        (PER_TOKEN, UNPADDED),
        "applies the softmax itself",
        "real",
        recognised="applies a softmax before the cross entropy",
    ),
    Mistake(
        "classes and time are mixed by a reshape",
        ((SUM, SUM.replace("flatten(0, 1)", "transpose(1, 2).reshape(-1, logits.shape[-1])")),),
        (PER_TOKEN, UNPADDED),
        "mixes them up",
        "real",
        recognised="mixes classes and time by a reshape",
    ),
    Mistake(
        "logarithm of a softmax written out",
        (
            (
                "total = nn.functional.cross_entropy(",
                "total = nn.functional.nll_loss(",
            ),
            (SUM, SUM.replace("1), t", "1).softmax(dim=-1).log(), t")),
        ),
        (EXTREME,),
        "log(0) is infinite",
        "real",
    ),
    Mistake(
        "the loss is a plain number",
        ((MEAN, "return (total / (targets != pad).sum()).item()"),),
        (SLOPE, NO_PADS),
        "cannot be differentiated",
    ),
    Mistake(
        "the mean of the rows' means",
        (
            (
                MEAN,
                "return torch.stack([nn.functional.cross_entropy(a, b, ignore_index=pad) "
                "for a, b in zip(logits, targets, strict=True)]).mean()",
            ),
        ),
        (PER_TOKEN,),
        "divide by their number",
        recognised="takes the mean of the rows' means",
    ),
)

SAMPLING = (
    Mistake(
        "the temperature is ignored",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs, dim=0)"),),
        (COLD, HOT),
        "softmax(lnprobs / temperature, dim=0)",
        "real",
        recognised="samples at temperature 1 whatever it is given",
    ),
    Mistake(
        "multiplied by the temperature",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs * temperature, dim=0)"),),
        (COLD, HOT),
        "softmax(lnprobs / temperature, dim=0)",
        recognised="multiplies by the temperature",
    ),
    Mistake(
        "probabilities are divided by the temperature",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs, dim=0) / temperature"),),
        (COLD, HOT),
        "divide first",
        recognised="samples at temperature 1 whatever it is given",
    ),
    Mistake(
        "the default temperature is 2",
        (
            (
                "lnprobs: torch.Tensor, temperature: float = 1.0",
                "lnprobs: torch.Tensor, temperature: float = 2.0",
            ),
        ),
        (AT_ONE,),
        "Draw from softmax(lnprobs / temperature",
        recognised="has another default temperature",
    ),
    Mistake(
        "raw logits are taken for probabilities",
        ((SOFTMAX, "probabilities = lnprobs / temperature"),),
        (AT_ONE,),
        "softmax",
        "real",
        recognised="takes the logits for probabilities",
    ),
    Mistake(
        "the softmax has one element",
        (
            (
                SOFTMAX,
                "probabilities = torch.softmax(lnprobs[None] / temperature, dim=0)[0]",
            ),
        ),
        (AT_ONE, COLD, HOT, LARGE),
        "normalise over all",
        "real",
        recognised="draws every index equally often",
    ),
    Mistake(
        "always the most likely",
        ((DRAW, "return int(probabilities.argmax())"),),
        (AT_ONE, HOT),
        "Draw from softmax",
        "real",
        recognised="always takes the most likely index",
    ),
    Mistake(
        "temperature 0 is no special case",
        ((ZERO, ""),),
        (ARGMAX,),
        "probability",
        "real",
        recognised="raises an error at temperature 0",
    ),
    Mistake(
        "temperature 0 gives the least likely",
        (("lnprobs.argmax()", "lnprobs.argmin()"),),
        (ARGMAX,),
        "lnprobs.argmax()",
        recognised="returns the least likely index at temperature 0",
    ),
    Mistake(
        "exp without the maximum",
        (
            (
                SOFTMAX,
                "probabilities = torch.exp(lnprobs / temperature)\n"
                "    probabilities = probabilities / probabilities.sum()",
            ),
        ),
        (LARGE,),
        "probability",
        "real",
    ),
    Mistake(
        "the logits are divided in place",
        ((SOFTMAX, "probabilities = torch.softmax(lnprobs.div_(temperature), dim=0)"),),
        (SAME_LOGITS,),
        "caller's tensor",
    ),
    Mistake(
        "the probability comes instead of the index",
        ((DRAW, "return probabilities[int(torch.multinomial(probabilities, 1))].item()"),),
        (INDEX, AT_ONE),
        "Return the single element",
    ),
    Mistake(
        "a tensor with an axis comes",
        ((DRAW, "return torch.multinomial(probabilities, 1)"),),
        (INDEX,),
        ".item()",
        "real",
    ),
    Mistake(
        "never the last index",
        (
            (
                SOFTMAX,
                "probabilities = torch.softmax(lnprobs[:-1] / temperature, dim=0)",
            ),
        ),
        (AT_ONE, SINGLE),
        "over all",
        recognised="never draws the last index",
    ),
)

GENERATION = (
    Mistake(
        "the first position is read",
        ((APPEND, "tokens.append(sample(logits[0, 0], temperature))"),),
        (PATH, ENDS),
        "output[0, -1]",
        "real",
        recognised="continues the first token alone",
    ),
    Mistake(
        "only the last token is fed",
        ((FEED, "logits = model(torch.tensor([tokens[-1:]], device=device))"),),
        (PATH, ENDS),
        "Feed all tokens so far",
        "real",
        recognised="feeds only the last token",
    ),
    Mistake(
        "there is no batch axis",
        ((FEED, "logits = model(torch.tensor(tokens, device=device))"),),
        (PATH,),
        "(B, T)",
        "real",
    ),
    Mistake(
        "a batch of single tokens",
        ((FEED, "logits = model(torch.tensor(tokens, device=device)[:, None])"),),
        (PATH,),
        "a batch of one, (1, T)",
        recognised="continues the first token alone",
    ),
    Mistake(
        "the end is left out",
        (
            (
                APPEND,
                "token = sample(logits[0, -1], temperature)\n"
                "            if token == end:\n"
                "                break\n"
                "            tokens.append(token)",
            ),
        ),
        (ENDS,),
        "Append the token first",
        "real",
    ),
    Mistake(
        "the end is not seen",
        ((WHILE, "while len(tokens) < max_length:"),),
        (ENDS,),
        "leave the loop if it is `end`",
        "real",
    ),
    Mistake(
        "the end is always 3",
        ((WHILE, "while len(tokens) < max_length and tokens[-1] != 3:"),),
        (ENDS,),
        "leave the loop if it is `end`",
        "real",
    ),
    Mistake(
        "max_length counts the new tokens",
        ((WHILE, "while len(tokens) < max_length + len(seed) and tokens[-1] != end:"),),
        (LONGEST,),
        "including the seed",
        "real",
    ),
    Mistake(
        "one token too many",
        ((WHILE, "while len(tokens) <= max_length and tokens[-1] != end:"),),
        (LONGEST,),
        "counts the whole sequence",
    ),
    Mistake(
        "the seed is extended in place",
        ((COPY, "tokens = seed"),),
        (SEED,),
        "list(seed)",
        "real",
        recognised="extends the seed in place",
    ),
    Mistake(
        "the seed is not returned",
        ((TOKENS, "    return tokens[len(seed) :]\n"),),
        (SEED,),
        "Return the seed",
        "real",
    ),
    Mistake(
        "the temperature is not passed on",
        ((APPEND, "tokens.append(sample(logits[0, -1]))"),),
        (TEMPERATURE,),
        "sample(logits, temperature)",
        "real",
    ),
    Mistake(
        "never back to train mode",
        ((BACK, ""),),
        (MODE,),
        "restore it at the end",
        "real",
    ),
    Mistake(
        "always to train mode",
        ((BACK, "    model.train()\n"),),
        (MODE,),
        "Save model.training",
        "real",
    ),
)

TRAINING = (
    Mistake(
        "targets are not shifted",
        ((TARGETS, "targets = batch"),),
        (NEXT, LOSSES, WRITES),
        "without its first column",
        "real",
        recognised="predicts the token that it reads",
    ),
    Mistake(
        "targets are shifted the wrong way",
        ((TARGETS, "targets = torch.cat([nothing, batch[:, :-1]], dim=1)"),),
        (NEXT, LOSSES, WRITES),
        "without its first column",
        "real",
        recognised="predicts the token before",
    ),
    Mistake(
        "the last batch is dropped",
        ((ORDER, "for i in torch.randperm(len(batches))[:-1].tolist():"),),
        (EACH,),
        "including the last one",
        "real",
        recognised="skips one batch in each epoch",
    ),
    Mistake(
        "one epoch only",
        ((EPOCHS, "for _ in range(1):"),),
        (EACH, COUNTED),
        "for epoch in range(epochs)",
        recognised="trains for one epoch",
    ),
    Mistake(
        "batches are drawn with replacement",
        ((ORDER, "for i in torch.randint(len(batches), (len(batches),)).tolist():"),),
        (EACH,),
        "every batch",
        recognised="draws the batches with replacement",
    ),
    Mistake(
        "batches are not shuffled",
        ((ORDER, "for i in range(len(batches)):"),),
        (SHUFFLED,),
        "Shuffle before each epoch",
        "real",
        recognised="takes the batches in the given order",
    ),
    Mistake(
        "shuffled once for all epochs",
        (
            (EPOCHS, "order = torch.randperm(len(batches)).tolist()\n    " + EPOCHS),
            (ORDER, "for i in order:"),
        ),
        (SHUFFLED,),
        "Shuffle before each epoch",
        "real",
        recognised="takes the same order in every epoch",
    ),
    Mistake(
        "a seed is set in each epoch",
        ((TRAIN, "        torch.manual_seed(0)\n" + TRAIN),),
        (SHUFFLED,),
        "do not set a seed there",
        recognised="takes the same order in every epoch",
    ),
    Mistake(
        "the caller's list is shuffled",
        (
            (
                ORDER,
                "__import__('random').shuffle(batches)\n        for i in range(len(batches)):",
            ),
        ),
        (SAME_BATCHES,),
        "works in place",
        "real",
    ),
    Mistake(
        "the batch becomes its target",
        (
            (
                TARGETS,
                "targets = torch.cat([batch[:, 1:], nothing], dim=1)\n"
                + " " * 12
                + "batch[:, 0] = START + 2",
            ),
        ),
        (SAME_BATCHES, NEXT),
        "changed",
        recognised="overwrites the first column of the batches",
    ),
    Mistake(
        "the history holds the sum of losses",
        ((KEEP_LOSS, "history.loss_per_token.append(loss.item() * len(batch))"),),
        (LOSSES,),
        "loss.item()",
        "real",
        recognised="records sums of losses",
    ),
    Mistake(
        "only the last batch's loss is kept",
        (
            (KEEP_LOSS, "last = loss.item()"),
            (ON_EPOCH, "        history.loss_per_token.append(last)\n" + ON_EPOCH),
        ),
        (LOSSES,),
        "mean over the epoch",
        "real",
        recognised="records only the last batch of each epoch",
    ),
    Mistake(
        "only the last epoch is kept",
        ((TRAIN, "        history = History()\n" + TRAIN),),
        (COUNTED, LOSSES),
        "has the wrong length",
        recognised="records only the last epoch",
    ),
    Mistake(
        "the norm is recorded after clipping",
        (
            (
                CLIP,
                "nn.utils.clip_grad_norm_(model.parameters(), clip)\n            norm = "
                "torch.cat([p.grad.flatten() for p in model.parameters()]).norm()",
            ),
        ),
        (NORMS,),
        "the norm before clipping",
        "real",
        recognised="records the norm after clipping",
    ),
    Mistake(
        "the norm of one parameter is recorded",
        (
            (
                CLIP,
                "norm = next(iter(model.parameters())).grad.norm()\n            "
                "nn.utils.clip_grad_norm_(model.parameters(), clip)",
            ),
        ),
        (NORMS,),
        "the norm before clipping",
        "real",
        recognised="records the norm of one parameter",
    ),
    Mistake(
        "nothing is clipped",
        ((CLIP, 'norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))'),),
        (CLIPPED,),
        "clip_grad_norm_(model.parameters(), clip)",
        "real",
        recognised="steps with the whole gradient",
    ),
    Mistake(
        "clipped after the step",
        (
            (CLIP + "\n", "pass\n"),
            (STEP, STEP + "            " + CLIP + "\n"),
        ),
        (CLIPPED,),
        "between loss.backward() and optimizer.step()",
        "real",
        recognised="steps with the whole gradient",
    ),
    Mistake(
        "values are clipped and not the norm",
        (
            (
                CLIP,
                'norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf"))\n            '
                "nn.utils.clip_grad_value_(model.parameters(), clip)",
            ),
        ),
        (CLIPPED,),
        "clip_grad_norm_",
        "real",
        recognised="clips each value of the gradient",
    ),
    Mistake(
        "each parameter is clipped by itself",
        (
            (
                CLIP,
                "norms = [nn.utils.clip_grad_norm_(p, clip) for p in model.parameters()]\n"
                "            norm = torch.stack(norms).norm()",
            ),
        ),
        (CLIPPED,),
        "clip_grad_norm_(model.parameters(), clip)",
        recognised="clips the gradient of each parameter by itself",
    ),
    Mistake(
        "gradients are never set to zero",
        ((ZERO_GRAD, ""),),
        (ALONE,),
        "gradients add up",
        "real",
        recognised="never sets the gradients to zero",
    ),
    Mistake(
        "gradients are always stretched to clip",
        (
            (
                CLIP,
                CLIP + "\n            for p in model.parameters():\n"
                "                p.grad.mul_(min(clip, 10.0) / float(p.grad.norm()))",
            ),
        ),
        (ALONE,),
        "The gradient norms at the steps are wrong",
        recognised="stretches short gradients",
    ),
    Mistake(
        "no step is made",
        ((STEP, ""),),
        (MOVES, WRITES),
        "call its step()",
        "real",
    ),
    Mistake(
        "the optimiser holds another model's parameters",
        ((ADAM, "torch.optim.Adam(LSTMLanguageModel(5).parameters(), lr=lr)"),),
        (MOVES, WRITES),
        "Pass model.parameters() and lr to the optimiser",
        "real",
    ),
    Mistake(
        "the learning rate is fixed",
        ((ADAM, "torch.optim.Adam(model.parameters(), lr=1e-3)"),),
        (MOVES,),
        "With lr=0",
        "real",
        recognised="ignores the learning rate",
    ),
    Mistake(
        "never back to train mode after the first epoch",
        (
            (TRAIN, "        for i"),
            (ON_EPOCH, "        model.eval()\n" + ON_EPOCH),
        ),
        (IN_TRAIN,),
        "at the start of each epoch",
        "real",
        recognised="trains in eval mode after the first epoch",
    ),
    Mistake(
        "on_epoch is called after each batch",
        ((ON_EPOCH, ON_EPOCH.replace("        if", "            if")), (SAMPLES, "    " + SAMPLES)),
        (TEN,),
        "After the loop over batches",
        recognised="calls on_epoch after each batch",
    ),
    Mistake(
        "on_epoch is called once, at the end",
        (
            (ON_EPOCH, "    if on_epoch is not None:\n"),
            ("            " + SAMPLES, "        " + SAMPLES),
        ),
        (TEN,),
        "After the loop over batches",
        recognised="calls on_epoch once, at the end",
    ),
    Mistake(
        "the loss is called without the pad",
        ((LOSS, LOSS.replace(", PAD)", ")")),),
        (WITHOUT, WRITES),
        "masked_loss() missing 1 required positional argument",
    ),
    Mistake(
        "generate is called without the end",
        ((SAMPLES, SAMPLES.replace(", END)", ")")),),
        (TEN, FROM_START),
        "generate() missing 1 required positional argument",
    ),
    Mistake(
        "a single sample",
        ((SAMPLES, "on_epoch(generate(model, [START], MAX_LENGTH, END)[:9])"),),
        (TEN,),
        "for _ in range(10)",
        recognised="passes a single sample",
    ),
    Mistake(
        "samples start from another token",
        ((SAMPLES, SAMPLES.replace("[START]", "[END + 1]")),),
        (FROM_START,),
        "START of data.py",
        "real",
    ),
    Mistake(
        "on_epoch is always called",
        ((ON_EPOCH, "        if True:\n"),),
        (WITHOUT,),
        "not callable",
    ),
    Mistake(
        "a softmax before the loss",
        ((LOSS, "loss = masked_loss(model(batch).softmax(dim=-1), targets, PAD)"),),
        (LOSSES,),
        "The losses are wrong",
        "real",
        recognised="applies a softmax before the loss",
    ),
)

MISTAKES = MODEL + LOSS_ALONE + SAMPLING + GENERATION + TRAINING
