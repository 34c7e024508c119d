"""Steps of our UNet graph by OpenVINO on the CPU: the other side of `npm run bench -- low-precision`.

usage: openvino_steps.py MODEL WEIGHTS_FOLDER CELLS INPUTS OUT (float32 | bfloat16 | int8)

MODEL is the graph as it is built for ONNX Runtime. What time and class give is computed apart in float32, by ONNX Runtime: rounded
to bfloat16, timestep 481 is 480. int8 rounds weights by channel and the inputs of convolutions and linear layers by the ranges
that they have in one exact step; the rest of it is bfloat16. Answers each line of stdin as unet_steps.py does.
"""
import io
import os
import resource
import sys
import time

import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper, numpy_helper

path, folder, cells, inputs, out, kind = sys.argv[1:7]
h = int(cells)
os.chdir(folder)  # A model that is read from memory has its weights relative to here.
LAYERS = ("Conv", "FusedMatMul")
# They see the noise and the timestep, or give the result.
EXACT_LAYERS = ("conv_in", "conv_out", "time_emb", "class_emb")


def read(name, *shape):
    return np.fromfile(f"{inputs}/{name}.bin", np.float32).reshape(shape)


feeds = {
    "sample": read(f"sample-{h}", 2, 4, h, h),
    "timestep": np.array([481], np.float32),
    "encoder_hidden_states": read("states", 2, 77, 1024),
    "class_labels": read("labels", 2, 2048),
}


def ort_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    for key in ("session.disable_prepacking", "session.force_spinning_stop"):
        options.add_session_config_entry(key, "1")
    options.add_session_config_entry("optimization.disable_specified_optimizers", "ConstantFolding")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def part(model, nodes, graph_inputs, graph_outputs):
    """A model of some of the nodes."""
    used = {name for node in nodes for name in node.input}
    initializers = [one for one in model.graph.initializer if one.name in used]
    graph = helper.make_graph(nodes, "part", graph_inputs, graph_outputs, initializers)
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def without_unused(nodes, outputs):
    """Drops the casts of weights that nothing reads any more."""
    used = {name for node in nodes for name in node.input} | set(outputs)
    return [node for node in nodes if node.op_type != "Cast" or node.output[0] in used]


def split_off_time(model):
    """@returns the graph that activates the embedding of time and class, that of the rest, and the value between them"""
    graph = model.graph
    producer = {name: node for node in graph.node for name in node.output}
    between = next(node for node in graph.node if node.name == "/QuickGelu").output[0]
    needed, pending = set(), [between]
    while pending:
        node = producer.get(pending.pop())
        if node is not None and node.output[0] not in needed:
            needed.add(node.output[0])
            pending.extend(node.input)
    given = {one.name: one for one in graph.input}
    value = helper.make_tensor_value_info(between, TensorProto.FLOAT, [2, 1280])
    early = [node for node in graph.node if node.output[0] in needed]
    late = [node for node in graph.node if node.output[0] not in needed]
    return (
        part(model, early, [given["timestep"], given["class_labels"]], [value]),
        part(model, late, [given["sample"], value, given["encoder_hidden_states"]], list(graph.output)),
        between,
    )


class Weights:
    """The weights of layers, as float32."""

    def __init__(self, graph):
        self.stored = {one.name: one for one in graph.initializer if one.data_location == TensorProto.EXTERNAL}
        self.casts = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}

    def of(self, node):
        name = node.input[1] if node.op_type in LAYERS else ""
        tensor = self.stored.get(self.casts.get(name, name))
        return None if tensor is None or node.name.startswith(EXACT_LAYERS) or "time_emb_proj" in node.name else tensor

    def read(self, tensor):
        where = {entry.key: entry.value for entry in tensor.external_data}
        dtype = {TensorProto.FLOAT16: np.float16, TensorProto.FLOAT: np.float32}[tensor.data_type]
        count, offset = int(np.prod(tensor.dims)), int(where.get("offset", 0))
        return np.fromfile(where["location"], dtype, count, offset=offset).reshape(tensor.dims).astype(np.float32)


def ranges_of(model, names):
    """Least and largest value of each, in one exact step."""
    graph = onnx.GraphProto()
    graph.CopyFrom(model.graph)
    del graph.output[:]
    for i, name in enumerate(names):
        for bound in ("Min", "Max"):
            graph.node.append(helper.make_node(f"Reduce{bound}", [name], [f"{bound}{i}"], keepdims=0))
            graph.output.append(helper.make_tensor_value_info(f"{bound}{i}", TensorProto.FLOAT, []))
    probe = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    found = ort_session(probe).run(None, feeds)
    return {name: (min(found[2 * i], 0), max(found[2 * i + 1], 0)) for i, name in enumerate(names)}


def in_int8(model, ranges):
    """The same with QuantizeLinear and DequantizeLinear around the layers that have ranges."""
    graph, weights = model.graph, Weights(model.graph)
    nodes, rounded = [], {}

    def constant(name, value):
        graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def rounded_input(name):
        if name not in rounded:
            least, largest = ranges[name]
            scale = np.float32((largest - least) / 255)
            prefix = f"{name}/int8"
            by = [constant(f"{prefix}.scale", scale), constant(f"{prefix}.zero", np.uint8(round(-least / scale)))]
            nodes.append(helper.make_node("QuantizeLinear", [name, *by], [f"{prefix}.q"]))
            nodes.append(helper.make_node("DequantizeLinear", [f"{prefix}.q", *by], [f"{prefix}.d"]))
            rounded[name] = f"{prefix}.d"
        return rounded[name]

    for node in graph.node:
        tensor = weights.of(node)
        if tensor is None:
            nodes.append(node)
            continue
        weight, channel = weights.read(tensor), 0
        if node.op_type == "FusedMatMul":
            weight, channel = weight.T, 1
        others = tuple(axis for axis in range(weight.ndim) if axis != channel)
        scale = np.abs(weight).max(others, keepdims=True) / 127
        prefix = f"{node.name}/int8"
        stored = [
            constant(f"{prefix}.w", np.rint(weight / scale).astype(np.int8)),
            constant(f"{prefix}.s", scale.reshape(-1)),
            constant(f"{prefix}.z", np.zeros(scale.size, np.int8)),
        ]
        nodes.append(helper.make_node("DequantizeLinear", stored, [f"{prefix}.wd"], axis=channel))
        layer = onnx.NodeProto()
        layer.CopyFrom(node)
        layer.input[0], layer.input[1] = rounded_input(node.input[0]), f"{prefix}.wd"
        if node.op_type == "FusedMatMul":
            layer.op_type, layer.domain = "MatMul", ""
            del layer.attribute[:]
        nodes.append(layer)
    return part(model, without_unused(nodes, [one.name for one in graph.output]), list(graph.input), list(graph.output))


model = onnx.load(path, load_external_data=False)
if kind == "int8":
    weights = Weights(model.graph)
    layers = [node for node in model.graph.node if weights.of(node) is not None]
    model = in_int8(model, ranges_of(model, sorted({node.input[0] for node in layers})))
time_model, rest, between = split_off_time(model)
time_session = ort_session(time_model)
hint = "f32" if kind == "float32" else "bf16"
core = openvino.Core()
settings = {"INFERENCE_NUM_THREADS": os.cpu_count() or 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": hint}
compiled = core.compile_model(
    core.read_model(io.BytesIO(rest.SerializeToString())), "CPU", {**settings, "ENABLE_CPU_PINNING": False}
)
request = compiled.create_infer_request()
del model, rest

for _ in sys.stdin:
    started, started_cpu = time.perf_counter(), time.process_time()
    (activated,) = time_session.run(None, {name: feeds[name] for name in ("timestep", "class_labels")})
    given = {name: feeds[name] for name in ("sample", "encoder_hidden_states")}
    predicted = next(iter(request.infer({**given, between: activated}).values()))
    ms = (time.perf_counter() - started) * 1000
    cpu_ms = (time.process_time() - started_cpu) * 1000
    predicted.tofile(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(ms, cpu_ms, peak, flush=True)
