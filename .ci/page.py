"Process one notebook the way the site build does and convert it to HTML, to see that the page can be made: page.py NOTEBOOK"
import os, sys, warnings

import nbformat
from execnb.nbio import nb2str, read_nb
from nbconvert import HTMLExporter
from nbdev.processors import FilterDefaults

os.environ['IN_TEST'] = '1'
# A cell that mixes imports with other code is run whole by the site build: make it an error.
warnings.filterwarnings('error', message='Found cells containing imports')
nb = read_nb(sys.argv[1])
FilterDefaults()(nb)
html, _ = HTMLExporter(template_name='basic').from_notebook_node(nbformat.reads(nb2str(nb), as_version=4))
if not html.strip(): sys.exit('the page is empty')
