"""What a GPU is asked for, in one script: `python .ci/gpu.py check|train OUT [IMAGES] [--fast N]`.

check: every notebook under CUDA, the training step beside lightly's, a minute of each method on drawings.
train: SimCLR and patches at full width on a folder of images, for the minutes given; backbones and logs in OUT.
Every part runs on a CPU as well: `python .ci/gpu.py train /tmp/out IMAGES --simclr .1 --patches .1 --width 8 --device cpu`."""
import argparse, json, os, subprocess, sys, time
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))

def said(out, name, **facts):
    "Note a result in OUT/gpu.jsonl, with the device and the time"
    import torch
    row = dict(part=name, device=torch.cuda.get_device_name() if torch.cuda.is_available() else 'cpu', torch=torch.__version__,
               time=time.strftime('%Y-%m-%d %H:%M:%S'), **facts)
    with open(out/'gpu.jsonl', 'a') as f: f.write(json.dumps(row)+'\n')
    print(json.dumps({k: v for k, v in row.items() if k != 'history'})[:1500], flush=True)

def sh(cmd, out, name, limit):
    "Run a command for at most `limit` seconds; its output is kept in OUT/name.log"
    t = time.time()
    with open(out/f'{name}.log', 'w') as f:
        try: rc = subprocess.run(cmd, stdout=f, stderr=subprocess.STDOUT, timeout=limit, cwd=root).returncode
        except subprocess.TimeoutExpired: rc = 124
    tail = (out/f'{name}.log').read_text(errors='replace')[-1500:]
    said(out, name, rc=rc, seconds=round(time.time()-t, 1), tail=tail)

def one(out, images, name, device, **kw):
    "One pretraining; its backbone in OUT/name.safetensors"
    from zeroshot_nb.features.pretrain import pretrain
    t = time.time()
    try: _, log = pretrain(images, out/f'{name}.safetensors', device=device, progress=False, **kw)
    except Exception as e: return said(out, name, error=f'{type(e).__name__}: {e}'[:800])
    h = log['history']
    times = [round(60*(b['minutes']-a['minutes']), 1) for a, b in zip(h, h[1:])]
    said(out, name, epochs=len(h), seconds=log['seconds'], wall=round(time.time()-t, 1), images_per_s=log['images_per_s'],
         seconds_an_epoch=times[len(times)//2] if times else None, last=h[-1] if h else None)

def check(a):
    "Tests and short runs"
    from zeroshot_nb.toys.doodles import doodles
    ims, _ = doodles(3000, seed=0)
    kw = dict(width=a.width, device=a.device, compile=a.compile, epochs=None)
    one(a.out, ims, 'try-patches', **kw, preset='patches', minutes=a.patches)
    one(a.out, ims, 'try-simclr', **kw, batch_size=1024, minutes=a.simclr)
    for f in a.out.glob('try-*.safetensors'): f.unlink()
    sh([sys.executable, '-m', 'zeroshot_nb.cli', 'bench', 'pretrain', '--device', a.device, '--width', str(a.width), '--json'], a.out, 'bench-pretrain', 60)
    code = f"from nbdev.test import nbdev_test; nbdev_test(n_workers={os.cpu_count()-2}, timing=True, do_print=True)"
    sh([sys.executable, '-c', code], a.out, 'tests', a.limit)

def train(a):
    "Backbones"
    from zeroshot_nb.images import load_images
    t = time.time()
    ims = load_images(a.images, 32, progress=False)
    said(a.out, 'images', n=len(ims), seconds=round(time.time()-t, 1))
    kw = dict(width=a.width, device=a.device, compile=a.compile, save_minutes=60)
    if a.simclr: one(a.out, ims, 'simclr-0', **kw, batch_size=1024, minutes=a.simclr)
    for seed in a.seeds: one(a.out, ims, f'patches-{seed}', **kw, preset='patches', minutes=a.patches, seed=seed)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('what', choices=['check', 'train'])
    p.add_argument('out', type=Path)
    p.add_argument('images', nargs='?')
    p.add_argument('--device', default='cuda')
    p.add_argument('--width', type=int, default=64)
    p.add_argument('--simclr', type=float, default=.5, help='minutes')
    p.add_argument('--patches', type=float, default=.5, help='minutes')
    p.add_argument('--seeds', type=int, nargs='*', default=[0])
    p.add_argument('--limit', type=int, default=150, help='seconds for the tests')
    p.add_argument('--compile', action='store_true')
    a = p.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    import torch
    torch.backends.cudnn.benchmark = True
    globals()[a.what](a)
