// Sends a file and tells how much of it has gone, which fetch cannot. The answer is [status, text, request id];
// the status is 0 when no answer came and -1 when it was given up.
export function send_file(url, token, lang, file, told) {
  const x = new XMLHttpRequest();
  const answer = new Promise(go => {
    x.open('POST', url);
    x.withCredentials = true;
    x.setRequestHeader('content-type', 'application/octet-stream');
    x.setRequestHeader('accept-language', lang);
    if (token) x.setRequestHeader('authorization', `Bearer ${token}`);
    x.upload.onprogress = e => { if (e.lengthComputable) told(e.loaded / e.total); };
    x.onload = () => go([x.status, x.responseText, x.getResponseHeader('x-request-id') ?? '']);
    x.onerror = () => go([0, '', '']);
    x.onabort = () => go([-1, '', '']);
    x.send(file);
  });
  return [answer, () => x.abort()];
}
