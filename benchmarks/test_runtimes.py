"""LiteRT beside ONNX Runtime on the same network, one crop and 64 (`uv sync --group peers` first)."""

import numpy as np
import pytest

from core.bundles import KERAS_FILE


@pytest.fixture(scope="module")
def onnx_session(classifier, tmp_path_factory):
    runtime = pytest.importorskip("onnxruntime", reason="uv sync --group peers installs ONNX Runtime")
    pytest.importorskip("tf2onnx")
    from training.networks import load_network

    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    network = load_network(classifier.bundle.folder / KERAS_FILE)
    network(np.zeros((1, 48, 48, 1), np.uint8))  # the ONNX export wants a network that has been called
    network.export(str(path), format="onnx", verbose=False)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 2
    return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("count", [1, 64])
def test_litert(benchmark, classifier, count):
    crops = np.random.default_rng(0).integers(0, 256, (count, 48, 48, 1), dtype=np.uint8)
    benchmark.pedantic(classifier.logits, (crops,), rounds=50, warmup_rounds=5)


@pytest.mark.parametrize("count", [1, 64])
def test_onnx_runtime(benchmark, classifier, onnx_session, count):
    crops = np.random.default_rng(0).integers(0, 256, (count, 48, 48, 1), dtype=np.uint8)
    name = onnx_session.get_inputs()[0].name
    answer = onnx_session.run(None, {name: crops})[0]
    np.testing.assert_allclose(answer, classifier.logits(crops), atol=1e-3)
    benchmark.pedantic(onnx_session.run, (None, {name: crops}), rounds=50, warmup_rounds=5)
