#!/bin/sh
# npm run bench:peers: puts the systems that the benchmarks compare with into bench/peers/.venv, which git ignores.
# What cannot be had is named and left out: the benchmarks then do without it. Nothing of ppl itself needs any of this.
#
#   PYTHON    the interpreter to make the environment with (default python3; 3.11 or later)
#   PEERS     which ones, of: jax numpyro stan torch webppl tfjs (default all)

folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
environment=$folder/.venv
python=${PYTHON:-python3}
wanted=${PEERS:-jax numpyro stan torch webppl tfjs}
missing=

note() {
  missing="$missing
  $1: $2"
}

has() {
  case " $wanted " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# Arguments: shown name, then packages with their versions.
add() {
  name=$1
  shift
  echo "$name: $*"
  "$environment/bin/pip" install --quiet --disable-pip-version-check "$@" || note "$name" "pip could not install $*"
}

if ! "$python" -m venv "$environment"; then
  note "all peers from Python" "$python could not make a virtual environment"
else
  has jax && add JAX numpy==2.4.6 jax==0.10.2
  has numpyro && add NumPyro numpyro==0.22.0
  # Of pystan we use what httpstan brings: Stan's headers and libraries, and stanc. Models are compiled with the C++ compiler here.
  if has stan; then
    add Stan httpstan==4.13.0
    command -v g++ >/dev/null || note Stan "there is no g++ to compile its models"
  fi
  # Last, because it is by far the largest.
  has torch && add PyTorch torch==2.15.0
fi

# Arguments: shown name, then packages with their versions.
add_node() {
  name=$1
  shift
  echo "$name: $*"
  mkdir -p "$environment/node"
  (
    cd "$environment/node" || exit 1
    [ -f package.json ] || echo '{ "private": true }' >package.json
    npm install --silent --no-audit --no-fund --ignore-scripts "$@"
  ) || note "$name" "npm could not install $*"
}

has webppl && add_node WebPPL webppl@0.9.15
has tfjs && add_node TensorFlow.js @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0

if [ -n "$missing" ]; then
  echo "Missing, and left out of the benchmarks:$missing"
else
  echo "All peers that were asked for are here."
fi
exit 0
