// Server-sent events over fetch, since EventSource cannot send the access token. Calls `on(event, data, id)`, at last with `end`.
export function follow(url, token, last, on) {
  const stop = new AbortController();
  (async () => {
    try {
      const answer = await fetch(url, { signal: stop.signal, credentials: 'include', headers: { authorization: `Bearer ${token}`, 'accept-language': document.documentElement.lang, ...(last ? { 'last-event-id': last } : {}) } });
      if (!answer.ok || !answer.body) throw answer.status;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ;) {
        const { value, done } = await reader.read();
        if (done) break;
        const blocks = (rest + value).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          let event = 'message', data = '', id = '';
          for (const line of block.split('\n')) {
            if (line.startsWith('event:')) event = line.slice(6).trim();
            else if (line.startsWith('data:')) data += line.slice(5).trim();
            else if (line.startsWith('id:')) id = line.slice(3).trim();
          }
          if (data) on(event, data, id);
        }
      }
    } catch { /* the caller comes back */ }
    if (!stop.signal.aborted) on('end', '', '');
  })();
  return () => stop.abort();
}
