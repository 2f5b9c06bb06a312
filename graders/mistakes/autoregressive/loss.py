"""Wrong losses per token."""

from graders.mistakes import Mistake

SUM = 'logits.flatten(0, 1), targets.flatten(), ignore_index=pad, reduction="sum"'
MEAN = "return total / (targets != pad).sum()"

PER_TOKEN, ANY_PAD = "test_loss_is_per_token", "test_loss_takes_any_pad_id"
UNPADDED = "test_loss_of_unpadded_targets"
SAME_LOSS = "test_loss_does_not_depend_on_the_batch"
NO_PADS, SLOPE = "test_pads_carry_no_gradient", "test_gradient_of_the_loss"
EXTREME = "test_loss_of_extreme_logits"

MISTAKES = (
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
