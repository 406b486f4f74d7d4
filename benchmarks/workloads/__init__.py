"""The workloads, in the order in which they are run."""

from benchmarks.workload import Workload
from benchmarks.workloads import (
    array_loop,
    det,
    gmm,
    hello,
    import_time,
    kmeans,
    llsq,
    lse,
    memory,
    million_node,
    ode,
    optimizer_step,
    scalar_loop,
    training_step,
)

WORKLOADS: dict[str, Workload] = {
    module.WORKLOAD.id: module.WORKLOAD
    for module in (
        scalar_loop,
        array_loop,
        gmm,
        memory,
        import_time,
        million_node,
        hello,
        lse,
        llsq,
        kmeans,
        ode,
        det,
        optimizer_step,
        training_step,
    )
}
