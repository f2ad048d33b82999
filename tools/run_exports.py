"""Runs the exported files of fixtures/exports and keeps what they compute.

    python tools/run_exports.py [folder]

For every NAME.inputs.json: NAME.py is run with JAX as a user would run it, on an npz file of the
inputs, and NAME.onnx with ONNX Runtime. The results go to NAME.jax.json and NAME.onnx.json, so
that the tests can compare without Python. A file whose runner is not installed is left alone.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np


def installed(name):
    return importlib.util.find_spec(name) is not None


def to_json(arrays):
    entries = (
        f"{json.dumps(name)}: {json.dumps(np.ravel(array).tolist())}"
        for name, array in sorted(arrays.items())
    )
    return "{\n  " + ",\n  ".join(entries) + "\n}\n"


def run_jax(script, inputs):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.npz"), pathlib.Path(folder, "out.npz")
        np.savez(source, **inputs)
        subprocess.run([sys.executable, script, source, target], check=True)
        with np.load(target) as file:
            return dict(file)


def run_onnx(model, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    wanted = [entry.name for entry in session.get_inputs()]
    given = {name: np.asarray(inputs[name], dtype=np.float32) for name in wanted}
    names = [entry.name for entry in session.get_outputs()]
    return dict(zip(names, session.run(names, given)))


def main(folder):
    for path in sorted(folder.glob("*.inputs.json")):
        stem = path.name.removesuffix(".inputs.json")
        entries = json.loads(path.read_text())
        inputs = {n: np.reshape(e["data"], e["shape"]) for n, e in entries.items()}
        for ending, runner, needs in ((".py", run_jax, "jax"), (".onnx", run_onnx, "onnxruntime")):
            exported = folder / f"{stem}{ending}"
            if not exported.exists() or not installed(needs):
                continue
            kind = "jax" if needs == "jax" else "onnx"
            results = runner(exported, inputs)
            (folder / f"{stem}.{kind}.json").write_text(to_json(results))
            print(exported.name)


if __name__ == "__main__":
    default = pathlib.Path(__file__).parent.parent / "fixtures" / "exports"
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default)
