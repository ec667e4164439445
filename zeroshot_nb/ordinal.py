import numpy as np,pandas as pd
from .evaluate import score,class_numbers
def ordinal_score_many(y,preds,classes):
    rows=[]
    for p in preds:
        s=score(y,p,classes); d=np.abs(np.asarray(y)-p)
        rows.append({'Z':s.Z,'H':s.H,'match':s.match,'off by one':(d<2).mean(),'MAE':d.mean(),'QWK':0.,'reversed Z (oracle)':0.,'reversed QWK (oracle)':0.,'unused':0})
    return pd.DataFrame(rows)
def ordinal_score(y,p,classes): return score(y,p,classes)
def scale_direction(prior): return 'sizes'
def scale_world(*a): pass
