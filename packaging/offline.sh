#!/usr/bin/env bash
# A folder that installs and starts viralsim on a machine without a network: wheels, scenarios, documentation, start script.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${1:-build/offline}"
bin=.venv/bin
rm -rf "$out.part"
mkdir -p "$out.part/wheels"
"$bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$out.part/wheels" .
wheel=$(ls "$out.part"/wheels/viralsim-*.whl)
"$bin/python" -m pip download --quiet --disable-pip-version-check --dest "$out.part/wheels" --constraint requirements-dev.lock "${wheel}[app,report]"
cp -r scenarios "$out.part/scenarios"
cp -r docs "$out.part/docs"
cat > "$out.part/start.sh" <<'S'
#!/usr/bin/env bash
# The first start installs from the wheels beside this file; no network is asked. Python 3.11 or later is needed.
set -euo pipefail
cd "$(dirname "$0")"
if [ ! -x .venv/bin/viralsim ]; then
  "${PYTHON:-python3}" -m venv .venv
  .venv/bin/python -m pip install --quiet --no-index --find-links wheels 'viralsim[app,report]'
fi
exec .venv/bin/viralsim "${@:-app}"
S
chmod +x "$out.part/start.sh"
rm -rf "$out"
mv "$out.part" "$out"
echo "$out: $(du -sh "$out" | cut -f1); start with $out/start.sh"
