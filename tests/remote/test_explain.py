"""The meanings of exceptions: each row is tried on the exception that the library really raises."""

import functools
import io
import time
import traceback
import warnings
from collections.abc import Iterator

import pytest

from graders.remote.explain import HINTS, ROWS, explain, general

SIZES = {"emb": 5, "hidden": 7, "batch": 3}
SETTING = """
import math, random, copy
import numpy as np, torch, torch.nn.functional as F
from torch import nn
from torch.nn.utils import rnn
T = torch.ones
class Cell(nn.Module):
    def __init__(s): super().__init__(); s.l = nn.Linear(3, 4)
    def forward(s, x): return s.l(x)
class NoSuperL(nn.Module):
    def __init__(s): s.l = nn.Linear(3, 4)
class NoSuperP(nn.Module):
    def __init__(s): s.w = nn.Parameter(torch.ones(1))
class NoSuperB(nn.Module):
    def __init__(s): s.register_buffer("b", torch.ones(1))
class NoSuperC(nn.Module):
    def __init__(s): s.h = 3
    def forward(s, x): return x
class NoForward(nn.Module): pass
class RegP(nn.Module):
    def __init__(s): super().__init__(); s.register_parameter("w", torch.ones(2))
class ModFor(nn.Module):
    def __init__(s): super().__init__(); s.l = nn.Linear(2, 2); s.l = torch.ones(2)
class A:
    def m(self, x): pass
    def noself(x): pass
def f(a, b): pass
def g(): return
def ul():
    if False: q = 1
    return q
"""
CASES = r"""
torch.ones(3,7)@torch.ones(5,4)
# A matrix product gets rows of length 7 (hidden), but its second factor (in nn.Linear:
T(3,7)@T(5)
# A matrix with rows of length 7 (hidden) is multiplied by a vector of length 5 (emb).
T(5)@T(7)
# The product of two vectors gets lengths 5 (emb) and 7 (hidden). Make them equal.
torch.dot(T(3,2),T(3))
# dot takes two vectors, but it gets tensors with 2 axes and 1 axis. Use @ for matrices.
torch.mm(T(2,3,4),T(4,5))
# mm takes two matrices (2 axes each), mv a matrix and a vector, and bmm two stacks of
torch.mv(T(3,4),T(4,1))
# mm takes two matrices (2 axes each), mv a matrix and a vector, and bmm two stacks of
torch.bmm(T(2,3,4),T(2,5,6))
# In a product of stacks of matrices, the second factor's first two sizes must be [2, 4]
torch.tensor(1.)@T(3)
# @ gets a single number as a factor. Use * for numbers, or look where an axis was lost.
torch.einsum('ij,jk->ik',T(2,3),T(4,5))
# In einsum, the letter j means size 3 (batch) first and then size 4. One letter must
torch.einsum('ijk,jk->ik',T(2,3),T(3,5))
# In einsum, operand 0 (counted from 0) has 3 letters, but its tensor has 2 axes. Write
np.dot(np.ones((2,3)),np.ones((4,5)))
# A product of arrays gets the shapes (2,3) and (4,5): 3 (batch) and 4 must be equal.
np.ones((2,3))@np.ones((4,5))
# A matrix product of arrays gets rows of length 3 (batch), but its second factor takes
np.matmul(np.ones((2,3)),1)
# @ gets a single number as a factor. Use * for numbers, or look where an axis was lost.
torch.matmul(T(2,3,4),T(3,4,5))
# Two tensors are combined element by element, but in axis 0 one has size 2 and the other
T(3).add_(T(5,3))
# An in-place operation (such as +=) on a tensor of shape [3 (batch)] has a result of
T(2,5).__setitem__((slice(None),0),T(3))
# A tensor of shape [3 (batch)] cannot fill the shape [2], in an assignment or in expand.
T(2,5).expand(4)
# The tensor has 2 axes, but expand gets fewer sizes (1). Give one for each axis.
np.ones(3)+np.ones(4)
# Two arrays are combined element by element, but their shapes are (3 (batch),) and (4,).
a=np.ones((3,2)); a[0]=np.ones(4)
# An array of shape (4,) is assigned to a place of shape (2,). Make the shapes equal.
torch.cat([T(2,3),T(2,4)],0)
# cat along axis 0 gets tensors whose other sizes differ: 3 (batch) in the first, 4 in
torch.cat([T(2,3),T(2)],0)
# cat gets tensors with 2 axes and 1 axis. Give all the same number of axes (unsqueeze
torch.cat([],0)
# The list to be joined is empty. Check that the loop before it appends to it.
torch.stack([])
# The list to be joined is empty. Check that the loop before it appends to it.
torch.stack([T(2),T(3)])
# stack gets tensors of different shapes: [2] first, [3 (batch)] as number 1 (counted
torch.stack([(T(2),T(2)),(T(2),T(2))])
# Element 0 of the list for stack or cat is a tuple. Append only the tensor that you
torch.stack([1.,2.])
# Element 0 of the list for stack or cat is no tensor but float. Append tensors; numbers
torch.cat(T(2),T(2))
# cat takes one list of tensors: write torch.cat([a, b], dim=...).
torch.stack(T(2,3))
# stack takes one list of tensors: write torch.stack([a, b], dim=...).
torch.cat([torch.tensor(1.)])
# cat gets single numbers, which have no axis. Use stack.
np.concatenate([np.array(1.)])
# cat gets single numbers, which have no axis. Use stack.
np.concatenate([np.ones((3,2)),np.ones((2,3))])
# concatenate gets arrays whose sizes in axis 1 differ: 2 and 3 (batch).
np.concatenate([np.ones(2),np.ones((2,2))])
# concatenate needs arrays with equally many axes, and stack arrays of one shape. Print
np.stack([np.ones(2),np.ones(3)])
# concatenate needs arrays with equally many axes, and stack arrays of one shape. Print
torch.tensor([[1,2],[3]])
# A tensor is made from lists of different lengths: 2 and 1. Pad them first.
np.array([[1,2],[3]])
# Either an array is made from lists of different lengths, or a list or array is put
T(3).sum(1)
# There is no axis 1 here: this tensor allows axes from -1 to 0 (0 is the first, -1 the
np.ones(3).sum(1)
# There is no axis 1 here: the array has 1 axis, counted from 0. Print its shape.
T(3,4).permute(0,2,1)
# permute names 3 axes, but the tensor has 2. Name each axis once.
np.transpose(np.ones((2,3)),(0,1,2))
# transpose names more or fewer axes than the array has. Name each axis once.
T(3,4).permute(0,0)
# permute names an axis twice. Name each axis once.
T(2,3,4).t()
# t() exchanges the axes of a matrix, but this tensor has 3 axes. Use transpose(i, j).
T(3,4).view(5,2)
# The tensor has 12 numbers, which do not fill the shape [5 (emb), 2] exactly. The
T(3,4).view(5,-1)
# The tensor has 12 numbers, which do not fill the shape [5 (emb), -1] exactly. The
np.ones((2,3)).reshape(5)
# The array has 6 numbers, which do not fill the shape (5 (emb),) exactly.
T(3,4).t().view(12)
# view cannot join axes whose numbers do not follow each other in memory, as after
T(3,4).reshape(-1,-1)
# The new shape contains -1 more than once. Write out all sizes but one.
np.ones((2,3)).reshape(-1,-1)
# The new shape contains -1 more than once. Write out all sizes but one.
T(5).split([2,2])
# The parts [2, 2] must add up to the size of the axis, 5 (emb).
a,b=torch.tensor(1.)
# This tensor is a single number without axes, so it has no length or elements. Look
len(torch.tensor(1.))
# This tensor is a single number without axes, so it has no length or elements. Look
np.squeeze(np.ones(3),0)
# squeeze removes only axes of size 1. Print the shape.
np.zeros(2,3)
# The shape is one tuple: write np.zeros((2, 3)), and not np.zeros(2, 3).
nn.LayerNorm(3)(T(2,4))
# LayerNorm was made for the last size [3 (batch)], but its input has the shape [2, 4].
nn.BatchNorm1d(3)(T(2,4))
# BatchNorm was made for 3 (batch) features, but axis 1 of its input has size 4.
nn.Embedding(3,4)(torch.tensor([3]))
# An index is outside the table. An nn.Embedding with n rows takes indexes from 0 to n -
nn.LSTM(5,4)(T(2,3,5),T(1,3,4))
# Index 1 does not exist in an axis of size 1. If this happens in nn.LSTM: its second
T(3)[5]
# There is no index 5 in axis 0: this axis has size 3 (batch), and indexes start at 0.
T(3,4)[torch.arange(3),torch.tensor([1,2,9])]
# There is no index 9 in axis 1: this axis has size 4, and indexes start at 0. Either the
T(3)[0,0]
# There are more indexes in the brackets than axes (1). Print the shape.
T(3,2).gather(1,torch.tensor([1]))
# gather and scatter need an index with as many axes as the tensor: unsqueeze adds one.
T(3).gather(0,T(1))
# The index must consist of whole numbers: use .long().
torch.tensor(1.)[0]
# This tensor is a single number without axes, so it cannot be indexed. Use x.item() for
T(3)[1.0]
# An index is neither a whole number, a slice nor a tensor of whole numbers. Use x.long()
T(3)[T(2)]
# An index is neither a whole number, a slice nor a tensor of whole numbers. Use x.long()
T(3,4)[torch.arange(3),torch.arange(2)]
# The index tensors have the shapes [3 (batch)], [2]. They must be equally long: they are
T(3)[torch.tensor([True,False])]
# The mask has shape [2], but what it picks from has shape [3 (batch)]. Make them equal.
nn.Linear(3,4)(torch.ones(2,3,dtype=torch.long))
# A product mixes whole numbers and floating-point numbers. Either whole numbers must be
T(2,3)@torch.ones(3,2,dtype=torch.long)
# A product mixes whole numbers and floating-point numbers. Either whole numbers must be
nn.RNN(3,4)(torch.ones(2,2,3,dtype=torch.long))
# The layer's input consists of whole numbers, but its weights are floating-point. Either
nn.Embedding(3,4)(T(2,2))
# nn.Embedding takes whole numbers (indexes), but it gets values of dtype Float. Pass the
F.cross_entropy(T(3,5),T(3))
# The classes must be whole numbers (dtype long), but they are Float. For cross_entropy,
F.cross_entropy(T(3,5),torch.zeros(3,5,dtype=torch.long))
# cross_entropy gets logits and targets of one shape, so it takes the targets as
torch.bmm(torch.ones(2,2,2).long(),T(2,2,2))
# An operation needs dtype long, but finds Float. Either indexes or targets must be whole
F.binary_cross_entropy(T(3)*.5,torch.zeros(3,dtype=torch.long))
# Two tensors that must have one dtype (such as a loss's predictions and targets) have
F.binary_cross_entropy(T(3)*.5,torch.zeros(3).double())
# Two tensors that must have one dtype (such as a loss's predictions and targets) have
F.binary_cross_entropy_with_logits(T(3),torch.zeros(3,dtype=torch.long)).backward()
# A result of dtype Float is to be stored as Long. Make the tensor that receives it (for
nn.LSTM(3,4)(T(2,2,3).double())
# The layer's input is float64, but its weights are float32. Either your code makes data
nn.Linear(3,4)(T(2,3).double())
# A product mixes the dtypes Double and Float. Either your code makes data in another
torch.dot(T(2),T(2).double())
# A product mixes the dtypes Float and Double. Either your code makes data in another
T(2,3).double()@T(3,2)
# A product mixes the dtypes double and float. Either your code makes data in another
torch.bmm(T(2,2,2),T(2,2,2).double())
# An operation mixes the dtypes Float and Double. Either your code makes data in another
torch.mv(T(2,2),T(2).double())
# An operation gets tensors of different dtypes, or of one that it does not have. Either
nn.LSTM(3,4)(T(2,2,3),(T(1,2,4).double(),T(1,2,4).double()))
# An operation gets tensors of different dtypes, or of one that it does not have. Either
F.one_hot(T(3))
# one_hot takes indexes of dtype long: convert them with .long().
F.one_hot(torch.tensor([5]),3)
# one_hot gets an index outside 0 to num_classes - 1. Print the smallest and the largest.
F.cross_entropy(torch.ones(3,5,dtype=torch.long),torch.zeros(3,dtype=torch.long))
# This operation does not exist for dtype Long. Convert the tensor: .float() for numbers
F.mse_loss(torch.zeros(3,dtype=torch.long),torch.zeros(3,dtype=torch.long))
# This operation does not exist for dtype Long. Convert the tensor: .float() for numbers
torch.mean(torch.tensor([1,2]))
# A mean or a norm needs floating-point numbers, but it gets Long. Use x.float().
torch.norm(torch.tensor([1,2]))
# A mean or a norm needs floating-point numbers, but it gets Long. Use x.float().
torch.where(T(2),1,0)
# A mask must consist of True and False. Use a comparison (x > 0) or x.bool().
~T(2)
# A mask must consist of True and False. Use a comparison (x > 0) or x.bool().
T(3).item()
# One number is asked for, but the tensor has 3 (batch) elements. Index it, or reduce it
T(2,device='meta').item()
# One number is asked for, but the tensor has 2 elements. Index it, or reduce it with
float(T(3))
# A Python number is asked for (as in float(x) or a list of numbers), but a tensor or
float(np.ones(3))
# A Python number is asked for (as in float(x) or a list of numbers), but a tensor or
T(2,2).max(1)*T(2)
# A whole number is needed (in range, as a list's index, or beside a tuple in a product),
nn.CrossEntropyLoss(T(3,5),torch.zeros(3,dtype=torch.long))
# A loss is given tensors where it takes its settings. It is made first and called then:
bool(T(3))
# A tensor or array of several values is used as one True or False (in if, while, and,
if np.ones(3)>0: pass
# A tensor or array of several values is used as one True or False (in if, while, and,
f"{T(3):.3f}"
# A format such as :.3f takes one number, but it gets a tensor or array. Use x.item().
torch.multinomial(T(3)*-1,1)
# multinomial gets probabilities that are negative, inf or nan. Give it softmax(...), and
torch.multinomial(T(3)*0,1)
# multinomial gets a row of probabilities that are all 0. Print it before this line.
torch.multinomial(T(2,3,4),1)
# multinomial takes one row of probabilities or a matrix of rows (1 or 2 axes). Select
torch.multinomial(T(3),5)
# multinomial is to draw more samples than there are entries, without putting them back.
torch.multinomial(T(3),0)
# multinomial must draw at least one sample.
torch.multinomial(torch.tensor([1,2]),1)
# multinomial takes floating-point probabilities, but it gets Long. Use .float().
torch.distributions.Categorical(T(3)*float('nan'))
# The distribution Categorical gets values that it does not allow, such as nan, or
np.random.choice(3,p=[.5,.5])
# np.random.choice needs one probability for each choice, and their sum must be 1.
np.random.choice(3,p=[.5,.5,.5])
# np.random.choice needs one probability for each choice, and their sum must be 1.
T(3)['a']
# A text is used where a tensor needs numbers. Turn each character or word into its index
torch.tensor(['a'])
# A text is used where a tensor needs numbers. Turn each character or word into its index
torch.from_numpy([1])
# from_numpy takes a NumPy array, but gets a value of type list. Use torch.tensor for
np.exp('a')
# A function of NumPy gets values that are no numbers. Print their type and dtype.
np.exp(None)
# A function of NumPy gets values that are no numbers. Print their type and dtype.
T(3).requires_grad_().backward()
# backward starts from one number, but this tensor has several. Take .mean() or .sum()
T(3).sum().backward()
# A gradient is asked of a tensor that depends on nothing with requires_grad. Either no
x=T(3).requires_grad_(); l=(x*x).sum(); l.backward(); l.backward()
# backward runs twice through the same computation. Either it is called twice on one
x=T(3).requires_grad_(); y=x.tanh(); y+=1; y.sum().backward()
# A tensor that backward still needs has been changed in place (by +=, x[i] = ..., or a
x=T(3).requires_grad_(); x+=1
# A parameter, or another tensor with requires_grad, is changed in place while gradients
x=T(3).requires_grad_(); x[0]=1
# A parameter, or another tensor with requires_grad, is changed in place while gradients
x=T(3).requires_grad_(); a,b,c=x.unbind(); a+=1
# A part of a tensor (of chunk, unbind or split) is changed in place. Write x = x + y.
x=T(3).requires_grad_(); torch.autograd.grad(x.sum(),T(3).requires_grad_())
# A gradient is asked for a tensor that the result does not depend on, or that does not
x=T(3); torch.autograd.grad((x*T(3).requires_grad_()).sum(),x)
# A gradient is asked for a tensor that the result does not depend on, or that does not
torch.ones(3,dtype=torch.long).requires_grad_()
# Only floating-point tensors can have gradients. Write 1.0 for 1, or use .float().
torch.tensor([1,2],requires_grad=True)
# Only floating-point tensors can have gradients. Write 1.0 for 1, or use .float().
(T(3).requires_grad_()*2).requires_grad_(False)
# requires_grad cannot be changed on a computed tensor. Use x.detach().
T(3).requires_grad_().numpy()
# NumPy cannot follow gradients. Use torch's functions where gradients are needed, and
import copy; copy.deepcopy(T(3).requires_grad_()*2)
# A computed tensor is copied with deepcopy. Use x.detach().clone(), and do not keep
with torch.inference_mode():
 l=T(3)
l.requires_grad_()
# A tensor made under torch.inference_mode() is used for training. Use torch.no_grad().
with torch.inference_mode():
 l=T(3)
l*T(3).requires_grad_()
# A tensor made under torch.inference_mode() is used for training. Use torch.no_grad().
T(3).cuda()
# Your code asks for a GPU (.cuda() or device='cuda'), and there is none here. What your
T(3).to('meta')+T(3)
# An operation mixes tensors on the devices cpu and meta. What your code makes itself
nn.Linear(3,4,device='meta')(T(2,3))
# An operation mixes tensors on the devices meta and cpu. What your code makes itself
T(2,device='meta').numpy()
# The value of a tensor without values is asked for: it is on the device `meta`, which
T(2,device='meta').to('cpu')
# The value of a tensor without values is asked for: it is on the device `meta`, which
torch.zeros(3,device='gpu')
# There is no kind of device called gpu. Use x.device, or 'cpu'.
nn.RNN(5,4)(T(2,3,7))
# The recurrent layer was made with input_size 5 (emb), but the last axis of its input
nn.RNNCell(5,4)(T(3,7))
# The recurrent layer was made with input_size 5 (emb), but the last axis of its input
nn.RNNCell(5,4)(T(3,5),T(3,6))
# The cell was made with hidden_size 4, but the last axis of its state has size 6. Make
nn.LSTMCell(5,4)(T(3,5),(T(3,4),T(3,6)))
# The cell was made with hidden_size 4, but the last axis of its state has size 6. Make
nn.RNN(5,4)(T(2,3,5),T(1,2,4))
# The first state must have the shape (1, 3 (batch), 4), which is (layers, batch,
nn.LSTM(5,4)(T(2,3,5),(T(1,2,4),T(1,2,4)))
# The first state must have the shape (1, 3 (batch), 4), which is (layers, batch,
nn.RNNCell(5,4)(T(3,5),T(2,4))
# The cell's input has 3 (batch) rows, but its state has 2. Both need one row for each
nn.RNN(5,4)(T(2,3,5),T(3,4))
# The input has 3 axes, but the first state does not. It must have the shape (layers,
nn.RNN(5,4)(T(2,5),T(1,1,4))
# The input has 2 axes, so it is taken as one sequence without a batch, but the first
nn.RNN(5,4)(T(7))
# RNN takes an input that is 2D or 3D, but it gets one with 1 axis. A cell takes one time
nn.LSTM(5,4)(T(7))
# LSTM takes an input that is 2D or 3D, but it gets one with 1 axis. A cell takes one
nn.LSTMCell(5,4)(T(3,5),T(3,4))
# nn.LSTMCell takes the pair (h, c) as its state, and gets one tensor. Keep both: h, c =
nn.RNN(5,0)
# hidden_size must be a whole number above 0. Check the order of the arguments, and use
nn.RNN(5,4.0)
# hidden_size must be a whole number above 0. Check the order of the arguments, and use
nn.Linear(5,4.0)
# The sizes of a layer or tensor must be whole numbers, and one is float. Use // for a
torch.zeros((2,None))
# The sizes of a layer or tensor must be whole numbers, and one is NoneType. Use // for a
nn.Linear(-1,3)
# A tensor or a layer is to have the size -1. Print how this size is computed.
nn.Dropout(2)
# Dropout takes the share that is dropped, from 0 to 1, and gets 2.
rnn.pack_padded_sequence(T(3,2,4),[1,2])
# The sequences are not sorted from long to short. Give enforce_sorted=False.
rnn.pack_padded_sequence(T(3,2,4),[3,0])
# The lengths must be one number above 0 for each sequence of the batch.
rnn.pack_padded_sequence(T(3,2,4),[3])
# The lengths must be one number above 0 for each sequence of the batch.
F.cross_entropy(T(3,5),torch.zeros(4,dtype=torch.long))
# The loss gets predictions for 3 (batch) positions, but targets for 4. With batch and
F.cross_entropy(T(3,5),torch.tensor([0,1,5]))
# A target is class 5, which the logits do not have: classes are counted from 0, and the
F.cross_entropy(T(3,5),torch.tensor([0,1,-1]))
# A target is class -1, which the logits do not have: classes are counted from 0, and the
F.cross_entropy(T(2,3,5),torch.zeros(2,3,dtype=torch.long))
# The targets have shape [2, 3 (batch)], but for these logits they should have [2, 5
F.cross_entropy(T(3,5),torch.zeros(3,4))
# The logits are a matrix, so the targets must be one class index for each row: one axis,
F.cross_entropy(T(5),torch.zeros(3,dtype=torch.long))
# The logits have one axis, so they are taken as the classes of a single example, but
F.cross_entropy(T(2,3,4,5),torch.zeros(2,3,dtype=torch.long))
# The logits have more axes than the targets allow. Flatten both: logits.reshape(-1,
F.binary_cross_entropy(T(3)*.5,torch.zeros(4))
# The targets have shape [4], but the predictions have [3 (batch)]. This loss needs equal
F.binary_cross_entropy_with_logits(T(3),torch.zeros(4))
# The targets have shape [4], but the predictions have [3 (batch)]. This loss needs equal
F.binary_cross_entropy(T(3)*2,torch.zeros(3))
# binary_cross_entropy needs numbers from 0 to 1, and its input has others. For raw
F.binary_cross_entropy(T(3)*.5,T(3)*2)
# binary_cross_entropy needs numbers from 0 to 1, and its target has others. For raw
NoSuperL()
# super().__init__() has not run before this line. Make it the first line of __init__,
NoSuperP()
# super().__init__() has not run before this line. Make it the first line of __init__,
NoSuperC()(1)
# super().__init__() has not run in NoSuperC. Make it the first line of __init__, with
class Q(nn.Module):
 def __init__(s): s.w=torch.ones(2)
 def forward(s,x): return x
q=Q(); q(1)
# super().__init__() has not run in Q. Make it the first line of __init__, with both
nn.ModuleList([nn.Linear(2,2)])(T(2))
# nn.ModuleList and nn.ModuleDict only hold layers, and cannot be called. Call each
NoForward()(1)
# The class NoForward has no method forward. Either it is not written, its name is
RegP()
# w is a parameter, and something else is assigned to it. Wrap it in nn.Parameter, or
ModFor()
# l is a layer of this module, and something else is assigned to it. Choose another name
nn.Sequential([nn.Linear(1,2)])
# A list is given where a layer belongs. Write nn.Sequential(*layers), with a star.
nn.ModuleList([1])
# nn.ModuleList takes a list of layers, and nn.Sequential layers; this is int. Parameters
nn.ModuleList([T(1)])
# nn.ModuleList takes a list of layers, and nn.Sequential layers; this is
torch.optim.SGD([],lr=.1)
# The optimizer gets no parameters. Either the model has none, or they are not
torch.optim.SGD([T(2)*T(2).requires_grad_()],lr=.1)
# The optimizer gets a computed tensor. Give it the parameters themselves: wrap the final
torch.optim.SGD(T(2),lr=.1)
# The optimizer takes a list of parameters: model.parameters(), or [w] for one tensor.
torch.optim.Adam(nn.Linear(1,2).parameters,lr=.1)
# A method is given without being called. Add parentheses: model.parameters().
nn.Linear(1,2).load_state_dict({})
# The saved weights do not fit Linear: names or shapes differ. Compare the names and
a,b,c=nn.LSTM(3,4)(T(2,2,3))
# The values to be unpacked are not 3, one for each name. Print what is there. A tensor
a,b=nn.RNNCell(3,4)(T(3,3))
# The values to be unpacked are not 2, one for each name. Print what is there. A tensor
a,b=None
# None is unpacked. Either the function called here lacks its return, or the value was
a,b=3
# One value of type int is unpacked into several names. Look what is on the right of `=`
T(2,2).max(1).sum()
# sum is looked up on a pair. max, min, sort and topk with a dim return a pair, (values,
torch.tanh(T(2,2).max(1))
# A pair is used as a tensor. max, min, sort and topk with a dim return a pair, (values,
T(2)+T(2,2).max(1)
# A pair is used as a tensor. max, min, sort and topk with a dim return a pair, (values,
nn.LSTM(3,4)(T(2,2,3)).sum()
# This value is a tuple, which has no sum. If a tensor is meant, unpack the tuple first.
nn.Linear(3,4)(nn.LSTM(3,4)(T(2,2,3)))
# linear gets a tuple, not a tensor. Unpack it first. In PyTorch, nn.LSTM returns
torch.tanh((T(2),T(2)))
# tanh gets a tuple, not a tensor. Unpack it first. In PyTorch, nn.LSTM returns (output,
T(2,2).max(1)+1
# A tuple is used where a tensor may be meant. Unpack it first. In PyTorch, nn.LSTM
T(2)-(T(2),T(2))
# A tuple is used where a tensor may be meant. Unpack it first. In PyTorch, nn.LSTM
x=T(3).requires_grad_(); x.grad.zero_()
# The gradient is None: backward has not reached this tensor, or .grad was set to None.
torch.tanh(None)
# A value used here is None. Either a function that you call lacks its return (then it
nn.GRU(3,4)(None)
# A value used here is None. Either a function that you call lacks its return (then it
torch.tensor(None)
# A tensor is to be made from None. Either a function lacks its return, or a value was
nn.Embedding(3,4)([1,2])
# embedding takes a tensor, but its argument indices is of type list. Make it a tensor
torch.relu([1.0])
# relu takes a tensor, but its argument input is of type list. Make it a tensor first
torch.sigmoid(nn.Linear(2,2))
# sigmoid takes a Tensor as its argument input, but gets a value of type Linear.
torch.zeros(T(2))
# zeros takes a tuple of ints as its argument size, but gets a value of type Tensor.
T(3).view(2.0)
# No form of view takes these types of arguments: (float). Compare them with its
torch.randn()
# No form of randn takes these types of arguments: (). Compare them with its
nn.LSTM(5)
# Making an nn.RNN, nn.LSTM or nn.GRU needs more than the call gives: 'hidden_size'.
nn.Linear(5)
# Making an object of Linear needs more than the call gives: 'out_features'. Give it in
nn.CrossEntropyLoss()(T(3,5))
# The call of CrossEntropyLoss.forward does not give all that it needs: 'target'. Either
torch.multinomial(T(3))
# The call of multinomial does not give all that it needs: "num_samples". Either the call
Cell(3)
# The __init__ of Cell takes 1, but the call gives 2 arguments (self counts as one).
class P(nn.Module):
 def forward(s,x): return x
P(3)
# The __init__ of P takes 1, but the call gives 2 arguments (self counts as one).
f(1,2,3)
# The call of f gives 3 arguments, but its definition takes 2. In a method, self counts
Cell()(1,2)
# The call of Cell.forward gives 3 arguments, but its definition takes 2. In a method,
A(1)
# The class A takes no arguments. Either __init__ is not written, or its name is
f(1,2,c=3)
# The call of f gives c=, which its definition does not have. Compare the names.
Cell()(y=1)
# The call of Cell.forward gives y=, which its definition does not have. Compare the
f(1,a=2,b=1)
# The call of f gives a twice: by position and by name. If it is a method, check that the
class P:
 def __init__(s): return 1
P()
# __init__ returns a value. Remove its return: it only sets attributes.
(1)()
# A value of type int is called like a function. Either brackets [ ] are meant, a * is
(1.0)()
# A value of type float is called like a function. Either brackets [ ] are meant, a * is
f[0]
# A value of type function is followed by [ ], which it does not have. Either parentheses
nn.Linear[3]
# A value of type Linear is followed by [ ], which it does not have. Either parentheses
for x in 3: pass
# A loop, list or function needs several values, but gets one of type int. For a count,
for x in nn.Linear(1,2): pass
# A loop, list or function needs several values, but gets one of type Linear. For a
len(3)
# The length of a value of type int is asked for, and it has none.
len(A())
# The length of a value of type A is asked for, and it has none.
a=(1,2); a[0]=1
# A value of type tuple cannot be changed by x[i] = ... Make a list or a tensor instead.
a='ab'; a[0]='c'
# A value of type str cannot be changed by x[i] = ... Make a list or a tensor instead.
undefined
# Nothing named undefined exists at this line. Either it is misspelled, its import is
del_
# Nothing named del_ exists at this line. Either it is misspelled, its import is missing,
ul()
# q has no value yet at this line: the function sets it only later, or in a branch or a
(1.0).backward()
# backward is called on a Python number, which has no gradients. Keep the tensor for
[].zz
# This value is of type list, which has no zz. If it should be a tensor, make it one:
{}.zz
# This value is of type dict, which has no zz. If it should be a tensor, make it one:
T(3).max.zz
# A function or method is used here without being called.
f.zz
# A function or method is used here without being called. If its result is meant, add the
torch.zz
# The module torch has no zz. Check the spelling, and in which module it is; a file of
np.zz
# The module numpy has no zz. Check the spelling, and in which module it is; a file of
T(2,2).max(1).values.foo
# Tensors have no foo. Check the spelling, and whether it is a function: torch.foo(x).
A().parameters()
# A has no parameters. Every nn.Module has it: either the class is not derived from
NoSuperC().l
# NoSuperC has no l at this line. Either it is misspelled, this value is another than
class Q(nn.Module):
 def __init__(s): s.x=1
 def forward(s,x): return s.zz
q=Q(); q.forward(1)
# or __init__ does not set self.zz before.
import zzz
# There is no module zzz here. Either it is misspelled, a file is not handed in, or the
import torch.zzz
# There is no module torch.zzz here. Either it is misspelled, a file is not handed in, or
from torch import zzz
# torch has no zzz. Either it is misspelled, it is in another module, or two files import
from . import zz
# An import begins with a dot, which works only inside a package. Import by the file's
open('nofile.txt')
# There is no file 'nofile.txt' where your code runs. Either it is not handed in, or its
T(3,4).shape[2]
# The tuple is shorter than this index needs. If it is a shape: the tensor has fewer axes
[][0]
# The list is shorter than this index needs. The last index is len(x) - 1; use append to
'a'[3]
# The string is shorter than this index needs. The last index is len(x) - 1; use append
[].pop()
# The list is empty. Check its length before pop.
[1]['a']
# A list is indexed by a value of type str. Use a whole number: i for a position, // for
(1,2)['a']
# A tuple is indexed by a value of type str. Use a whole number: i for a position, // for
{}['a']
# The key 'a' is not there. Print the keys, and check how the dictionary is filled; equal
{1:2}[3]
# The key 3 is not there. Print the keys, and check how the dictionary is filled; equal
{}[[1]]
# A value of type list cannot be a dictionary's key or a set's member. Use a number, a
d={1:1}
for k in d: d.pop(k)
# A dictionary or set is changed inside a loop over it. Loop over list(x).
[1].remove(2)
# What is looked for is not there. Print the list or text before this line.
[1].index(2)
# What is looked for is not there. Print the list or text before this line.
np.argmax([])
# The largest or smallest of no values is asked for. Check that the list is filled before.
max([])
# The largest or smallest of no values is asked for. Check that the list is filled before.
torch.argmax(T(0))
# The largest or smallest of an empty tensor is asked for. Print its shape.
torch.max(T(0))
# The largest or smallest of an empty tensor is asked for. Print its shape.
next(iter([]))
# next() found no further value: the iterator is used up. Make a new one.
[1]+T(2).tolist()+(1,)
# + joins a list and a value of type tuple, which does not work. Use append for a list,
T(2)+'a'
# + is used between Tensor and str, which does not work. Convert one of them first; lists
1<'a'
# < compares int with str, which have no order. Compare values of one type.
-[1]
# unary - does not work on a value of type list.
[1]*2.0
# A list, tuple or text is multiplied by a value of type float. To multiply its numbers,
range(2.0)
# A whole number is needed, but this is of type float. Use // for a division, or int(x).
chr('a')
# A whole number is needed, but this is of type str. Use // for a division, or int(x).
''.join([1,2])
# join takes texts, but element 0 is of type int. Look each index up in your table of
ord('ab')
# ord takes one character, and gets something else. Loop over the text's characters.
ord(1)
# ord takes one character, and gets something else. Loop over the text's characters.
int('a')
# The text 'a' is not a number. Print what is converted.
float('a')
# The text 'a' is not a number. Print what is converted.
1/0
# The divisor is 0. Print it: a count or a length can be 0 here.
1.0/0
# The divisor is 0. Print it: a count or a length can be 0 here.
T(2).long()//0
# A tensor of whole numbers is divided by 0. Print the divisor.
math.log(0)
# A function of math gets a number that it does not allow, such as the log of 0 or the
math.exp(1000)
# A result is too large for a float. For softmax, subtract the maximum before exp.
10.0**400
# A result is too large for a float. For softmax, subtract the maximum before exp.
float('inf').__int__()
# A number is inf or nan and cannot become a whole number. Print where it comes from.
def r(): return r()
r()
# A function calls itself without end. Either the case that stops it is missing, or a
input()
# input() does not work here: take the value as an argument.
x = T(3, 4, 5); b, t = x.shape
# The shape has more axes than the 2 names before the `=`.
x = T(3, 4); b, t, d = x.size()  # sizes
# The shape has 2 axes, but there are 3 names before the `=`.
del np; np.ones(3)
# Nothing named np exists at this line. If the library is meant, import it
g()()
# A value used here is None. Either a function that you call lacks its return
g()[0]
# A value used here is None. Either a function that you call lacks its return
g().shape
# A value used here is None. Either a function that you call lacks its return
for i in g(): pass
# A value used here is None. Either a function that you call lacks its return
T(2) * g()
# A value used here is None. Either a function that you call lacks its return
len(g())
# A value used here is None. Either a function that you call lacks its return
'x' in g()
# A value used here is None. Either a function that you call lacks its return
f"{g():.2f}"
# A value used here is None. Either a function that you call lacks its return
nn.LSTM(3, 4)((T(2, 2, 3), T(2)))
# This value is a tuple, which has no dim. If a tensor is meant, unpack the tuple first.
P()
# Nothing named P exists at this line. Either it is misspelled
nn.Tanh(T(2))
# Layers such as nn.Tanh are made first and called then: nn.Tanh()(x).
"""

# Messages of other versions, and of machines that have a GPU.
ELSEWHERE = [
    (
        "RuntimeError",
        "Expected all tensors to be on the same device, but found at least two devices",
        "An operation mixes tensors on different devices.",
    ),
    (
        "RuntimeError",  # the recurrent layers' own check in other versions of PyTorch
        "Input and hidden tensors are not the same dtype, found input tensor with Float and hidden "
        "tensor with Double",
        "A recurrent layer mixes the dtypes Float and Double.",
    ),
    (
        "ValueError",
        "too many values to unpack (expected 2, got 5)",  # Python 3.14
        "The values to be unpacked are not 2",
    ),
    (
        "TypeError",
        "argument of type 'NoneType' is not a container or iterable",  # Python 3.14
        "A value used here is None.",
    ),
    (
        "ValueError",
        "expected a positive input, got 0.0",  # Python 3.14
        "A function of math gets a number that it does not allow",
    ),
]

UNKNOWN = [
    ("ValueError", "mine", "raise ValueError('mine')"),
    ("ValueError", "too many values to unpack (expected 2)", "    raise ValueError(text)"),
    ("ValueError", "mat1 and mat2 shapes cannot be multiplied (3x7 and 5x4)", "a @ b"),
    ("RuntimeError", "it says: mat1 and mat2 shapes cannot be multiplied (3x7 and 5x4)", "a @ b"),
    ("AssertionError", "", "assert x"),
    ("AssertionError", "the shapes differ", "assert x, 'the shapes differ'"),
    ("NotImplementedError", "", "..."),
    ("RuntimeError", "", "x"),
    ("SyntaxError", "invalid syntax (<string>, line 1)", "x = = 1"),
    ("Own", "name 'x' is not defined", "x"),
]


def _cases() -> Iterator[tuple[str, str]]:
    code: list[str] = []
    for line in CASES.strip().splitlines():
        if line.startswith("# "):
            yield "\n".join(code), line[2:]
            code = []
        else:
            code.append(line)


@functools.cache
def _raised(code: str) -> tuple[str, str, str]:
    """Return type and text of the exception that the code raises, and the line where."""
    here: dict[str, object] = {"__name__": "part"}
    exec(SETTING, here)
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(action="ignore"),
        pytest.raises(BaseException) as caught,
    ):
        patch.setattr("sys.stdin", io.StringIO())
        exec(compile(code, "<case>", "exec"), here)
    frames = traceback.extract_tb(caught.value.__traceback__)
    number = next(f.lineno for f in reversed(frames) if f.filename == "<case>") or 1
    return type(caught.value).__name__, str(caught.value), code.splitlines()[number - 1]


@pytest.mark.parametrize(("code", "words"), list(_cases()))
def test_a_real_exception_is_explained(code: str, words: str) -> None:
    name, text, line = _raised(code)
    assert words in explain(name, text, SIZES, line), f"{name}: {text}"


def test_each_row_speaks_for_a_real_exception() -> None:
    found = [_raised(code) for code, _ in _cases()] + [(*case[:2], "") for case in ELSEWHERE]
    rows = {first_row(*each) for each in found}
    assert [ROWS[i] for i in range(len(ROWS)) if i not in rows] == []


def first_row(name: str, text: str, line: str) -> int | None:
    for number, (types, pattern, _, where) in enumerate(ROWS):
        if types.fullmatch(name) and pattern.match(text) and where.search(line):
            return number
    return None


@pytest.mark.parametrize(("name", "text", "words"), ELSEWHERE)
def test_an_exception_of_another_version_is_explained(name: str, text: str, words: str) -> None:
    assert explain(name, text, SIZES).startswith(words)


@pytest.mark.parametrize(("name", "text", "line"), UNKNOWN)
def test_an_unknown_exception_is_not_explained(name: str, text: str, line: str) -> None:
    assert explain(name, text, SIZES, line) == ""


def test_a_size_is_named_only_where_one_name_has_it() -> None:
    product = "mat1 and mat2 shapes cannot be multiplied (3x7 and 5x4)"
    named = explain("RuntimeError", product, {"emb": 5, "hidden": 7, "x.shape[1]": 7})
    assert "rows of length 7, but" in named
    assert "rows of length 5 (emb)." in named
    assert "(" not in explain("RuntimeError", product, {}).replace("(in nn.Linear: the weight)", "")


def test_a_size_within_a_shape_is_named() -> None:
    said = explain("RuntimeError", "Expected target size [3, 5], got [3, 15]", SIZES)
    assert (
        "have shape [3 (batch), 15], but for these logits they should have [3 (batch), 5 (emb)]"
        in said
    )


def test_parts_of_a_text_are_short_visible_and_on_one_line() -> None:
    said = explain("KeyError", "'\u202e" + "k" * 500, SIZES)
    assert said.startswith("The key '\\u202e" + "k" * 78 + "… (422 more characters) is not there.")
    assert "\n" not in explain(
        "FileNotFoundError", "[Errno 2] No such file or directory: 'a\nb'", {}
    )


@pytest.mark.parametrize("filler", ["{0} {key:size} {", *(2_000 * one for one in "('9 _a\n")])
def test_a_long_text_is_read_at_once(filler: str) -> None:
    found = [_raised(code) for code, _ in _cases()]
    began = time.perf_counter()
    for name, text, line in found:
        explain(name, text + filler, SIZES, line + filler[:200])
        explain(name, text[: len(text) // 2] + filler, SIZES, filler[:200] + line)
    assert time.perf_counter() - began < 5


def test_the_general_hint_names_the_line_and_no_cause() -> None:
    assert general("TypeError", "  y = f(x)\n") == (
        "Look at the line `y = f(x)`. Print the type of each value in it: print(type(x))."
    )
    assert general("Own", "") == "Look at this line. Print what goes into it."


@pytest.mark.parametrize("name", sorted(HINTS))
def test_each_general_hint_is_a_sentence(name: str) -> None:
    assert general(name, "x").endswith(HINTS[name])
    assert HINTS[name].endswith(".")


def test_a_long_line_is_cut_in_the_general_hint() -> None:
    assert general("KeyError", "x" * 500).startswith(f"Look at the line `{'x' * 120}… (380 more")
