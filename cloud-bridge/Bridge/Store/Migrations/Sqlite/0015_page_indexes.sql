-- Migration 15: what HR's lists are turned by, so that a page costs the same at a million and at ten million punches.
-- Nearly all punches are by face: going by time finds those soon enough, and the others have a small index of their own.
CREATE INDEX punches_by_method ON punches(method, at) WHERE method <> 'face';
CREATE INDEX punches_by_terminal_method ON punches(terminal, method, at) WHERE method <> 'face';
