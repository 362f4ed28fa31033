#!/usr/bin/env bash
# Builds the native add-on of @tensorflow/tfjs-node from source, on Linux, for where its own installation cannot fetch it.
#
#   scripts/tfjs-native.sh [FOLDER]        FOLDER: where to build; default .cache/tfjs-native
#
# Prints the line that makes the tfjs engine use it. Needs a C++17 compiler, npm, and a TensorFlow (2.9 or later) with its headers:
# the one in TENSORFLOW_DIR, a folder with `include` and the libraries, as the Python package `tensorflow` has them; else that of the
# `python3` on the path; else it installs the package into a virtual environment in FOLDER. PYTHON names another Python,
# NODE_INCLUDE a folder with node_api.h.
set -euo pipefail

fail() {
  echo "tfjs-native: $*" >&2
  exit 1
}

[ "$(uname -s)" = Linux ] || fail "only Linux is supported; elsewhere use npm install @tensorflow/tfjs-node"
command -v "${CXX:-c++}" >/dev/null || fail "no C++ compiler: install g++ or set CXX"

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$root/.cache/tfjs-native}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
python=${PYTHON:-python3}

# Where a Python keeps the package, without loading it; nothing if it has none.
tensorflow_of() {
  "$1" -c 'import importlib.util as u; s = u.find_spec("tensorflow"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null || true
}

tensorflow=${TENSORFLOW_DIR:-$(tensorflow_of "$python")}
if [ -z "$tensorflow" ]; then
  [ -x "$folder/venv/bin/python" ] || "$python" -m venv "$folder/venv" || fail "$python cannot make a virtual environment"
  tensorflow=$(tensorflow_of "$folder/venv/bin/python")
  if [ -z "$tensorflow" ]; then
    package=tensorflow
    if [ "$(uname -m)" = x86_64 ]; then package=tensorflow-cpu; fi
    echo "tfjs-native: installing the Python package $package into $folder/venv" >&2
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$package" >&2 || fail "pip could not install $package"
    tensorflow=$(tensorflow_of "$folder/venv/bin/python")
  fi
fi
[ -f "$tensorflow/include/tensorflow/c/c_api.h" ] || fail "no TensorFlow headers in $tensorflow/include"

# The C interface is in libtensorflow_cc of the Python package, in libtensorflow of the C distribution.
libraries=()
search=()
for name in libtensorflow_cc.so libtensorflow.so libtensorflow_framework.so; do
  file=$(ls "$tensorflow/$name".[0-9] "$tensorflow/lib/$name".[0-9] 2>/dev/null | head -n 1 || true)
  [ -n "$file" ] || continue
  libraries+=("$file")
  search+=("-Wl,-rpath,$(dirname "$file")")
done
[ ${#libraries[@]} -ge 2 ] || fail "no TensorFlow libraries in $tensorflow"

# Node-API is the same in all versions of Node: any of its headers will do.
node_include=${NODE_INCLUDE:-}
beside=$(dirname "$(dirname "$(node -p process.execPath)")")/include/node
for candidate in "$beside" "$root"/node_modules/node/node_modules/node-*/include/node /usr/include/node /usr/local/include/node; do
  if [ -z "$node_include" ] && [ -f "$candidate/node_api.h" ]; then node_include=$candidate; fi
done
[ -f "$node_include/node_api.h" ] || fail "no node_api.h: set NODE_INCLUDE to the include/node folder of a Node distribution"

if [ ! -d "$folder/package/binding" ]; then
  archive=$(cd "$folder" && npm pack --silent --ignore-scripts @tensorflow/tfjs-node@4.22.0) || fail "npm could not fetch @tensorflow/tfjs-node"
  tar -xzf "$folder/$archive" -C "$folder"
  rm "$folder/$archive"
fi

"${CXX:-c++}" -O2 -std=c++17 -fPIC -shared -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION \
  -I"$node_include" -I"$tensorflow/include" \
  "$folder"/package/binding/tfjs_backend.cc "$folder"/package/binding/tfjs_binding.cc \
  -o "$folder/tfjs_binding.node" "${libraries[@]}" "${search[@]}" || fail "the compiler refused the add-on"

version=$(ADDON="$folder/tfjs_binding.node" node -p 'require(process.env.ADDON).TF_Version' 2>"$folder/load.log") || {
  cat "$folder/load.log" >&2
  fail "the add-on was built but does not load"
}
echo "tfjs-native: built against TensorFlow $version" >&2
echo "export PPL_TFJS_NODE=$folder/tfjs_binding.node"
