"""What a GPU is asked for in half an hour, in one command:

    python .ci/gpu.py OUT DATA

DATA has train/ and test/ with class folders (CIFAR-10). One after another, what is worth most first: ResNet-18 at full width with patches, its
probes, names by it, then SimCLR (checkpoints in OUT: the same command goes on with a run that was cut off), seconds an epoch beside a public
anchor, features of all images in half precision, `bench transport`, `bench pretrain` by steps and by minutes to an accuracy, and every notebook
with its `cuda` cells. Every result is a line of OUT/gpu.jsonl as soon as it is there, with what was printed in OUT/PART.log; exits with 1 if a
part failed. In a quarter of an hour: --only patches,probe,names --minutes 20 (a pretraining of ten).

All of it can be tried without a GPU at a hundredth of the size, one image and one notebook in a hundred and a hundredth of the minutes:

    python .ci/gpu.py /tmp/out DATA --device cpu --scale .01 --width 8"""
import argparse, json, os, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))
ANCHOR = 18.2  # Seconds of an epoch of SimCLR, ResNet-18, CIFAR-10, batches of 1,024, on an A100, as published
EPOCH = 50_000  # Images of such an epoch
PROGRAM = "import torch; torch.backends.cudnn.benchmark = True; from zeroshot_nb.start import main; main()"
SHARES = dict(patches=.5, probe=.05, names=.03, simclr=.12, features=.04, transport=.02, steps=.02, reach=.12, tests=.1)  # Of the minutes
STARTING = 120  # Seconds more for imports and decoding, in which nothing is trained yet
READ = dict(simclr=['images_per_s', 'seconds'], patches=['images_per_s', 'seconds'], features=['n', 'skipped'],
            probe=['knn', 'linear', 'kmeans', 'n'], names=['Z', 'H', 'match', 'seeds', 'seconds', 'n'],
            transport=['rows'], steps=['rows'], reach=['rows', 'readings'])  # Of the answers

def note(a, part, **facts):
    "Write a result to OUT/gpu.jsonl"
    import torch
    name = torch.cuda.get_device_name() if a.device == 'cuda' else 'cpu'
    row = dict(part=part, device=name, torch=torch.__version__, time=time.strftime('%Y-%m-%d %H:%M:%S'), scale=a.scale, width=a.width, **facts)
    with open(a.out/'gpu.jsonl', 'a') as f: f.write(json.dumps(row)+'\n')
    told = {k: v for k, v in row.items() if k not in ('readings', 'torch', 'scale', 'width', 'device')}
    print(json.dumps(told)[:1200], flush=True)
    return facts.get('rc', 0) == 0

def seconds_of(a, part): return 60*a.minutes*a.scale*SHARES[part]

def fewer(a):
    "One image in 1 / scale of each class, as links in OUT/data; DATA itself for all"
    if a.scale == 1: return a.data
    for split in ('train', 'test'):
        for folder in sorted(p for p in (a.data/split).iterdir() if p.is_dir()):
            (a.out/'data'/split/folder.name).mkdir(parents=True, exist_ok=True)
            for p in sorted(folder.iterdir())[::round(1/a.scale)]:
                link = a.out/'data'/split/folder.name/p.name
                if not link.exists(): link.symlink_to(p.resolve())
    return a.out/'data'

def ask(a, part, *args):
    "Run a command of the package for as long as it may; whether it went well"
    cmd, t = [sys.executable, '-c', PROGRAM, *map(str, args), '--device', a.device, '--json'], time.time()
    with open(a.out/f'{part}.log', 'w') as log:
        try: run = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=log, text=True, cwd=root, timeout=2*seconds_of(a, part)+STARTING)
        except subprocess.TimeoutExpired: return note(a, part, rc=124, seconds=round(time.time()-t, 1))
    facts = dict(rc=run.returncode, wall=round(time.time()-t, 1), command=' '.join(map(str, args)))
    if run.returncode: return note(a, part, **facts, tail=(a.out/f'{part}.log').read_text(errors='replace')[-1500:])
    answer = json.loads(run.stdout)
    facts |= {k: answer[k] for k in READ[part] if k in answer}
    if 'losses' in answer:  # a pretraining
        facts |= dict(epochs=len(answer['losses']), loss=(answer['losses'] or [None])[-1])
        facts |= dict(seconds_an_epoch=round(EPOCH/answer['images_per_s'], 2), anchor_seconds=ANCHOR)
    return note(a, part, **facts)

def tests(a):
    "Every notebook, with the cells that need a GPU where there is one"
    end, flags = time.time()+seconds_of(a, 'tests')+(STARTING if a.scale < 1 else 0), ['--flags', 'cuda'] if a.device == 'cuda' else []
    env = os.environ | dict(PYTHONPATH=str(root), OMP_NUM_THREADS='1')
    env.pop('IN_TEST', None)
    books = [p for p in (root/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in p.parts]
    books = sorted(sorted(books, key=lambda p: p.stat().st_size)[:round(len(books)*a.scale) or 1])  # the small ones of a trial
    def one(p):
        if time.time() > end: return p.name, None
        cmd = [Path(sys.executable).parent/'nbdev_test', '--path', p, *flags]
        try: run = subprocess.run(cmd, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=end-time.time())
        except subprocess.TimeoutExpired: return p.name, None
        if run.returncode: (a.out/f'{p.stem}.log').write_text(run.stdout)
        return p.name, run.returncode == 0
    with ThreadPoolExecutor(max(1, (os.cpu_count() or 1)-2)) as pool: found = dict(pool.map(one, books))
    said = {k: [name for name, ok in found.items() if ok is how] for k, how in dict(passed=True, failed=False, no_time=None).items()}
    return note(a, 'tests', rc=int(bool(said['failed'])), **said)

def pretrain(a, part, *how):
    fresh = ['pretrain', a.images/'train', '--out', a.out/f'{part}.safetensors', '--width', a.width, '--save-minutes', 2]
    return ask(a, part, *fresh, '--minutes', round(seconds_of(a, part)/60, 4), *how, *['--compile']*a.compile)

def simclr(a): return pretrain(a, 'simclr', '--batch-size', 1024 if a.scale == 1 else 64)
def patches(a): return pretrain(a, 'patches', '--preset', 'patches')

def backbone(a): return net if (net := a.out/'patches.safetensors').exists() else 'cifar10-patches-r18w32'
def features(a): return ask(a, 'features', 'features', a.images, '--backbone', backbone(a), '--dtype', 'float16', '--out', a.out/'features.npy')
def probe(a): return ask(a, 'probe', 'probe', a.images/'train', a.images/'test', '--backbone', backbone(a), '--out', a.out/'probed.npz')

def names(a):
    "Z, H and match of twelve seeds on the features that `probe` has left"
    if not (a.out/'probed.npz').exists(): return note(a, 'names', rc=1, tail='probed.npz is not there: run the part probe before')
    classes = ','.join(sorted(p.name for p in (a.images/'train').iterdir() if p.is_dir()))
    how = ['--vectors', a.vectors]*bool(a.vectors)
    return ask(a, 'names', 'repeat', '--features', a.out/'probed.npz', '--classes', classes, '--seeds', 12, *how)

def transport(a): return ask(a, 'transport', 'bench', 'transport', *['--batch-size', 50]*(a.scale < 1))
def steps(a): return ask(a, 'steps', 'bench', 'pretrain', '--width', a.width, *['--batch-size', 32, '--steps', 2]*(a.scale < 1))

def reach(a):
    minutes = seconds_of(a, 'reach')/60/5  # of each of the five loops
    sizes = ['--batch-size', 64, '--workers', 0] if a.scale < 1 else ['--workers', 8]
    return ask(a, 'reach', 'bench', 'pretrain', '--train', a.images/'train', '--test', a.images/'test', '--width', a.width, '--limit', round(minutes, 4),
               '--every', round(minutes/10, 5), '--until', '.40,.50,.60,.65,.70,.75', '--out', a.out/'reach', *sizes)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('out', type=Path, help='folder of results')
    p.add_argument('data', type=Path, help='folder with train/ and test/')
    p.add_argument('--only', help=f"parts, with commas: {', '.join(SHARES)}")
    p.add_argument('--minutes', type=float, default=30, help='of all parts together')
    p.add_argument('--scale', type=float, default=1, help='share of images, notebooks and minutes')
    p.add_argument('--device', default='cuda', choices=['cuda', 'cpu'])
    p.add_argument('--width', type=int, default=64)
    p.add_argument('--vectors', help='word vectors of the class names; default: those of the package')
    p.add_argument('--compile', action='store_true')
    a = p.parse_args()
    parts = a.only.split(',') if a.only else list(SHARES)
    if odd := [o for o in parts if o not in SHARES]: p.error(f"no part {odd[0]!r}: choose from {', '.join(SHARES)}")
    if not 0 < a.scale <= 1: p.error(f'--scale must be above 0 and at most 1, got {a.scale:g}')
    for split in ('train', 'test'):
        if not (a.data/split).is_dir(): p.error(f'{a.data} has no folder {split}: give a folder with train/ and test/')
    from zeroshot_nb.core import InputError, pick_device
    try: pick_device(a.device)
    except InputError as e: p.error(f'{e}')
    a.out = a.out.resolve()
    a.out.mkdir(parents=True, exist_ok=True)
    a.images = fewer(a).resolve()
    if a.vectors and Path(a.vectors).exists(): a.vectors = Path(a.vectors).resolve()  # commands run in the root
    sys.exit(not all([globals()[part](a) for part in parts]))
