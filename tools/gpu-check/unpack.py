"""Unpacks the kit: unpack.py KIT WORK. What lies in WORK already stays, but for the CUDA provider, which may come later."""
import glob
import io
import lzma
import os
import shutil
import subprocess
import sys
import tarfile

kit, work = sys.argv[1:]
NATIVE = "node_modules/onnxruntime-node/bin/napi-v6/linux/x64"


def unpack(archive, folder):
    with lzma.open(archive) as file:
        archive = tarfile.open(fileobj=io.BytesIO(file.read()))
    # Older versions know no filters.
    archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))


if not os.path.exists(f"{work}/node"):
    os.makedirs(work, exist_ok=True)
    unpack(f"{kit}/onnxruntime.tar.xz", work)
    for package in glob.glob(f"{kit}/libvulkan1_*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, f"{work}/vulkan"], check=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--root-user-action=ignore", "--no-index", "--no-deps", "--target", f"{work}/site"]
    subprocess.run([*pip, *glob.glob(f"{kit}/wheels/*.whl")], check=True)
    with lzma.open(f"{kit}/node.xz") as file, open(f"{work}/node.part", "wb") as node:
        shutil.copyfileobj(file, node)
    os.chmod(f"{work}/node.part", 0o755)
    os.rename(f"{work}/node.part", f"{work}/node")
for name in ("kit.mjs", "package.json", "torch_side.py"):
    shutil.copy(f"{kit}/{name}", f"{work}/{name}")
provider = f"{kit}/cuda-provider.tar.xz"
if os.path.exists(provider) and not os.path.exists(f"{work}/{NATIVE}/libonnxruntime_providers_cuda.so"):
    unpack(provider, f"{work}/{NATIVE}")
