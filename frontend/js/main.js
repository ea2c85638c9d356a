import init from '../pkg/app.js';
import wasm from '../pkg/app_bg.wasm';

init({ module_or_path: new URL(wasm, import.meta.url) });
