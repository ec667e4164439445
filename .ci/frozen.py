"""What every command answers on small inputs with fixed seeds, as JSON: run before and after a change that should change nothing.

    python .ci/frozen.py before.json;  ...;  python .ci/frozen.py after.json before.json

The second call prints what differs and exits with 1 if anything does. Times, sizes in memory and paths are left out."""
import hashlib, json, os, re, shutil, subprocess, sys, tempfile
from pathlib import Path
import numpy as np
from PIL import Image, ImageDraw

root = Path(__file__).resolve().parent.parent
NAMES = ['cat', 'dog', 'truck', 'ship', 'bird']
GRADES = ['worst', 'bad', 'fair', 'good', 'best']
LEFT_OUT = {'seconds', 'stages', 'peak_rss_mb', 'images_per_s', 'out', 'paths', 'time', 'date', 'commit', 'version', 'device', 'minutes', 'torch', 'hardware', 'total_seconds', 'backbone_seconds'}

def draw_images(folder, n, seed):
    "Class folders of n images: a shape and a colour for each class"
    rng = np.random.default_rng(seed)
    for k, name in enumerate(NAMES):
        (folder/name).mkdir(parents=True)
        for i in range(n):
            im = Image.new('RGB', (32, 32), tuple(int(v) for v in rng.integers(150, 255, 3)))
            x, y, r = rng.integers(2, 12), rng.integers(2, 12), 8+2*k
            colour = tuple(int(v) for v in (rng.integers(0, 120), 40*k, 200-40*k))
            (ImageDraw.Draw(im).ellipse if k % 2 else ImageDraw.Draw(im).rectangle)([x, y, x+r, y+r], fill=colour)
            im.save(folder/name/f'{i:03}.png')

def make_world(d):
    "Images, features, vectors and a table of similarities in the folder d"
    draw_images(d/'train', 16, 0)
    draw_images(d/'test', 6, 1)
    for side in ('train', 'test'): shutil.copytree(d/side, d/'sets'/'five'/side)
    rng = np.random.default_rng(2)
    V = rng.normal(size=(5, 12))
    for stem, W in (('one', V+.1*rng.normal(size=V.shape)), ('two', V+.1*rng.normal(size=V.shape))):
        (d/f'{stem}.txt').write_text(''.join(f"{w} {' '.join(f'{v:.5f}' for v in r)}\n" for w, r in zip([*NAMES, 'kitten'], [*W, W[0]])))
    S = np.corrcoef(V)
    (d/'sim.csv').write_text('\n'.join([','+','.join(NAMES)]+[f"{n},{','.join(f'{v:.5f}' for v in r)}" for n, r in zip(NAMES, S)]))
    C = np.c_[V, rng.normal(size=(5, 8))]
    y, yt = np.repeat(np.arange(5), 60), np.repeat(np.arange(5), 20)
    line = np.outer(np.arange(5.), rng.normal(size=20))
    draw = lambda M, y: (M[y]+.9*rng.normal(size=(len(y), 20))).astype(np.float32)
    np.savez(d/'f.npz', x=draw(C, y), x_train=draw(C, y), x_test=draw(C, yt), y_test=np.array(NAMES)[yt])
    np.savez(d/'o.npz', x=draw(line, y), x_train=draw(line, y), x_test=draw(line, yt), y_test=np.array(GRADES)[yt])

def commands(d):
    "(name, arguments) of every run, in an order in which each finds what it needs"
    n, g = ','.join(NAMES), ','.join(GRADES)
    named = ['--classes', n, '--vectors', 'one.txt']
    quick = ['--cluster-steps', '60', '--match-steps', '60']
    yield 'pretrain', ['pretrain', 'train', '--arch', 'resnet10', '--width', '8', '--epochs', '2', '--batch-size', '40', '--out', 'b.safetensors']
    yield 'pretrain moco', ['pretrain', 'train', '--arch', 'resnet10', '--width', '8', '--epochs', '1', '--batch-size', '40', '--method', 'moco', '--queue', '64', '--out', 'm.safetensors']
    yield 'features npy', ['features', 'train', '--backbone', 'b.safetensors', '--dtype', 'float16', '--out', 'b.npy']
    yield 'features npz', ['features', 'test', '--backbone', 'b.safetensors', '--out', 'b.npz']
    yield 'probe', ['probe', 'train', 'test', '--backbone', 'b.safetensors']
    fits = dict(images=['train', '--backbone', 'b.safetensors', *named], features=['--features', 'f.npz', *named],
                npy=['--features', 'b.npy', *named], two=['--features', 'f.npz', '--classes', n, '--vectors', 'one.txt,two.txt'],
                similarity=['--features', 'f.npz', '--classes', n, '--similarity', 'sim.csv'],
                sizes=['--features', 'f.npz', *named, '--class-sizes', '2,1,1,1,1'],
                synonym=['--features', 'f.npz', '--classes', n.replace('cat', 'pussy'), '--vectors', 'one.txt', '--synonym', 'pussy=kitten'],
                matching=['--features', 'f.npz', *named, '--naming', 'matching', *quick],
                paper=['--features', 'f.npz', *named, '--paper', *quick],
                ordinal=['--features', 'o.npz', '--classes', g, '--ordinal'],
                ordinal_hint=['--features', 'o.npz', '--classes', g, '--ordinal', '--hint', 'last=3'],
                ordinal_matching=['--features', 'o.npz', '--classes', g, '--ordinal', '--naming', 'matching', *quick])
    for k, v in fits.items():
        f = 'o.npz' if 'ordinal' in k else 'f.npz'
        data = ['test'] if k in ('images', 'npy') else ['--features', f]
        yield f'fit {k}', ['fit', *v, '--seed', '3', '--out', f'model_{k}']
        if k == 'npy': continue
        yield f'predict {k}', ['predict', f'model_{k}', *data, *([] if k == 'images' else ['--key', 'x_test'])]
        if k != 'synonym': yield f'evaluate {k}', ['evaluate', f'model_{k}', *data]
    yield 'predict abstain', ['predict', 'model_features', '--features', 'f.npz', '--abstain']
    for k, v in dict(consensus=named, two=['--classes', n, '--vectors', 'one.txt,two.txt'], matching=[*named, '--naming', 'matching', *quick], paper=[*named, '--paper', *quick]).items():
        yield f'repeat {k}', ['repeat', '--features', 'f.npz', *v, '--seeds', '2']
    yield 'repeat ordinal', ['repeat', '--features', 'o.npz', '--classes', g, '--ordinal', '--seeds', '2']
    yield 'compare', ['compare', '--features', 'f.npz', *named, '--seeds', '2', '--rows', '150']
    yield 'compare ordinal', ['compare', '--features', 'o.npz', '--classes', g, '--ordinal', '--seeds', '1', '--rows', '150']
    yield 'datasets', ['datasets', '--data', '.']
    yield 'table nominal', ['table', 'nominal', '--data', 'sets', '--only', 'five', '--classes', n, '--vectors', 'one.txt', '--backbone', 'b.safetensors', '--seeds', '2', '--out', 'results']
    for i, bad in enumerate((['fit'], ['fit', 'train'], ['fit', 'nowhere', '--classes', n, '--out', 'x'], ['fit', '--features', 'f.npz', '--classes', n, '--out', 'x'],
                             ['fit', '--features', 'f.npz', '--classes', 'cat,cat', '--vectors', 'one.txt', '--out', 'x'], ['fit', '--features', 'f.npz', '--classes', 'cat,zebra', '--vectors', 'one.txt', '--out', 'x'],
                             ['fit', '--features', 'f.npz', '--key', 'y', *named, '--out', 'x'], ['fit', '--features', 'f.npz', *named, '--hint', 'first=1', '--out', 'x'],
                             ['fit', '--features', 'f.npz', *named, '--naming', 'structure', '--lr', '1', '--out', 'x'], ['fit', '--features', 'f.npz', '--classes', n, '--ordinal', '--vectors', 'one.txt', '--out', 'x'],
                             ['pretrain', 'train', '--out', 'x.pt'], ['pretrain', 'train', '--out', 'x.safetensors', '--preset', 'none'], ['pretrain', 'train', '--out', 'x.safetensors', '--arch', 'resnet19'],
                             ['features', 'train', '--backbone', 'none', '--out', 'x.npy'], ['features', 'train', '--backbone', 'b.safetensors', '--out', 'x.csv'], ['predict', 'nowhere', 'test'],
                             ['predict', 'model_matching', '--features', 'f.npz', '--abstain'], ['evaluate', 'model_images', 'train/cat'], ['repeat', '--features', 'f.npz', '--labels', 'no', *named],
                             ['table', 'nominal', '--data', 'nowhere'], ['bench', 'transport', '--device', 'cuda'], ['datasets', '--data', 'nowhere'], ['--help'], ['bench', '--help'])):
        yield f'refused {i}', bad
    shared = Path('../shared/data/cifar10_simclr_r18w32.npz')
    if (root/shared).exists():
        at, vec = str((root/shared).resolve()), str((root/'../shared/data/vectors/cifar10-names.300d.txt.gz').resolve())
        ten = 'airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck'
        yield 'fit cifar', ['fit', '--features', at, '--key', 'x_train', '--classes', ten, '--vectors', vec, '--out', 'model_cifar']
        yield 'predict cifar', ['predict', 'model_cifar', '--features', at, '--key', 'x_test']

def plain(v):
    "A result without times and paths, floats to six digits"
    if isinstance(v, dict): return {k: plain(w) for k, w in v.items() if k not in LEFT_OUT}
    if isinstance(v, list): return [plain(w) for w in v]
    return float(f'{v:.6g}') if isinstance(v, float) else v

def run(name, args, d):
    "One command: exit code, and what it says"
    said = args if 'help' in args[-1] or name.startswith('refused') else [*args, '--json']
    env = os.environ | {'OMP_NUM_THREADS': '1', 'PYTHONPATH': str(root), 'PYTHONWARNINGS': 'ignore'}
    r = subprocess.run([sys.executable, '-m', 'zeroshot_nb.cli', *said], cwd=d, env=env, capture_output=True, text=True)
    try: out = plain(json.loads(r.stdout))
    except ValueError: out = (r.stdout+r.stderr).replace(str(d), 'D')
    if isinstance(out, dict) and len(out.get('predictions', ())) > 1000:
        out['predictions'] = hashlib.sha256('\n'.join(out['predictions']).encode()).hexdigest()
        out['confidence'] = len(out['confidence'])
    return dict(rc=r.returncode, out=out if r.returncode == 0 or name.startswith('refused') else [out, re.sub(r'\s+', ' ', r.stderr[-600:])])

def main(to, before=None):
    with tempfile.TemporaryDirectory() as d:
        make_world(d := Path(d))
        got = {name: run(name, args, d) for name, args in commands(d)}
    Path(to).write_text(json.dumps(got, indent=1))
    print(f"{len(got)} answers, {hashlib.sha256(json.dumps(got, sort_keys=True).encode()).hexdigest()[:16]}: {to}")
    odd = [k for k, v in got.items() if v['rc'] and not k.startswith('refused')]
    if odd: print('failed:', *odd)
    if not before: return 0
    old = json.loads(Path(before).read_text())
    differ = [k for k in old if old[k] != got.get(k)]
    for k in differ: print(f'DIFFERS {k}\n  {json.dumps(old[k])[:600]}\n  {json.dumps(got.get(k))[:600]}')
    print(f'{len(old)-len(differ)} the same, {len(differ)} differ')
    return int(bool(differ))

if __name__ == '__main__': sys.exit(main(*sys.argv[1:]))
