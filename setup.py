"Packaging, driven by settings.ini: edit that file, not this one."
import re
from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup

ini = ConfigParser(delimiters=['='])
ini.read('settings.ini', encoding='utf-8')
cfg = ini['DEFAULT']
lib = cfg['lib_name']
readme = Path('README.md').read_text(encoding='utf-8')
for mark, at in ((r'!\[[^\]]*', 'raw'), (r'(?<!!)\[[^\]]*', 'blob')):  # links that work where there is no checkout
    readme = re.sub(rf"({mark}\]\()(?!\w+:|#)", rf"\1{cfg['git_url']}/{at}/{cfg['branch']}/", readme)
stages = {'3': '3 - Alpha', '4': '4 - Beta', '5': '5 - Production/Stable'}

setup(
    name=lib,
    version=cfg['version'],
    description=cfg['description'],
    long_description=readme,
    long_description_content_type='text/markdown',
    author=cfg['author'],
    author_email=cfg['author_email'],
    url=cfg['git_url'],
    keywords=cfg['keywords'].split(),
    license='Apache-2.0',
    classifiers=[f"Development Status :: {stages[cfg['status']]}", f"Intended Audience :: {cfg['audience']}",
                 f"Natural Language :: {cfg['language']}", 'Programming Language :: Python :: 3'],
    python_requires=f">={cfg['min_python']}",
    packages=find_packages(include=[lib, f'{lib}.*']),
    package_data={lib: ['tables/*', 'backbones/*', 'vectors/*', 'report_page.*']},
    install_requires=cfg['requirements'].split(),
    extras_require={o: cfg[f'{o}_requirements'].split()
                    for o in ('dev', 'sentence', 'bench', 'distributed', 'timm', 'onnx', 'hub', 'parquet')},
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': [f'{lib}={lib}._modidx:d']},
    zip_safe=False,
)
