import './crash.js';
import './install.js';
import init from '../pkg/main.js';
import wasm from '../pkg/main_bg.wasm';

init({ module_or_path: new URL(wasm, import.meta.url) });
