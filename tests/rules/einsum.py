"""Cases of np.einsum: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(14)


def of(subscripts, **keywords):
    return lambda *operands: np.einsum(subscripts, *operands, **keywords)


NOTATIONS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ji,jk->ki", (2, 3), (2, 4)),
    ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)),
    ("i,i", (3,), (3,)),
    ("i,j->ij", (3,), (2,)),
    ("i,j->ji", (3,), (2,)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ij,k->", (2, 3), (4,)),
    ("ij,jk->k", (2, 3), (3, 4)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->j", (3, 3, 2)),
    ("iji->ij", (3, 2, 3)),
    ("iijj->ij", (3, 3, 2, 2)),
    ("iii->i", (3, 3, 3)),
    ("iijk,jk->", (2, 2, 3, 4), (3, 4)),
    ("ii,i->i", (3, 3), (3,)),
    ("ij,ij,ij->", (2, 3), (2, 3), (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("a,b,c,d->dcba", (2,), (3,), (4,), (2,)),
    ("...ij,...jk->...ik", (5, 2, 3), (5, 3, 4)),
    ("...ij,jk->...ik", (6, 5, 2, 3), (3, 4)),
    ("...ij,...jk", (5, 2, 3), (6, 1, 3, 4)),
    ("...", (2, 3)),
    ("i...->...i", (2, 3, 4)),
    ("i...i->...", (2, 3, 2)),
    ("...i,...i->...", (5, 1, 3), (4, 3)),
    ("k...,jk", (2, 3), (4, 2)),
    (",ij->ij", (), (2, 3)),
    ("i,i->i", (1,), (3,)),
    ("i,i->", (3,), (1,)),
    (" i j , j k -> i k ", (2, 3), (3, 4)),
    ("ij,jk->ik", (2, 0), (0, 3)),
    ("Zb,bA", (2, 3), (3, 4)),
]

CASES = [
    *((f"{s}-{shapes}", of(s), tuple(normal(*shape) for shape in shapes)) for s, *shapes in NOTATIONS),
    ("optimize", of("ij,jk,kl->il", optimize=True), (normal(2, 3), normal(3, 4), normal(4, 2))),
    ("optimize-optimal", of("ij,jk,kl->il", optimize="optimal"), (normal(2, 3), normal(3, 4), normal(4, 2))),
    ("optimize-path", of("ij,jk,kl->il", optimize=["einsum_path", (1, 2), (0, 1)]),
     (normal(2, 3), normal(3, 4), normal(4, 2))),
    ("large", of("aij,ajk->aik"), (normal(4, 13, 15), normal(4, 15, 16))),
    ("large-summed", of("aij,bj->"), (normal(6, 13, 15), normal(10, 15))),
    ("lists", lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), (normal(2, 3), normal(3, 4))),
    ("lists-implicit", lambda a, b: np.einsum(a, [3, 1], b, [1, 30]), (normal(2, 3), normal(3, 4))),
    ("lists-ellipsis", lambda a, b: np.einsum(a, [..., 0, 1], b, [1, 2], [..., 2]), (normal(5, 2, 3), normal(3, 4))),
    ("lists-diagonal", lambda a: np.einsum(a, [0, 0], [0]), (normal(3, 3),)),
    ("with-itself", lambda a: np.einsum("ij,jk->ik", a, a), (normal(3, 3),)),
    ("with-a-constant", lambda a: np.einsum("ij,j->i", np.arange(6.0).reshape(2, 3), a), (normal(3),)),
    ("with-a-list", lambda a: np.einsum("ij,j->i", a, [1.0, 2.0, 3.0]), (normal(2, 3),)),
    ("with-a-number", lambda a: np.einsum(",i->i", 2.0, a), (normal(3),)),
    ("complex", of("ij,jk->ik"), (normal(2, 3, dtype=C), normal(3, 2, dtype=C))),
    ("complex-diagonal", of("ii,i->i"), (normal(3, 3, dtype=C), normal(3))),
    ("float32", of("ij,jk->k"), (normal(2, 3, dtype=F), normal(3, 2, dtype=F))),
    ("mixed-precision", of("ij,jk->k"), (normal(2, 3, dtype=F), normal(3, 2))),
]  # fmt: skip
