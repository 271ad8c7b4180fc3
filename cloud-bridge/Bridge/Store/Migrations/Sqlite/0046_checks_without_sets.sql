-- Migration 46: the same checks without sets. SQLite makes a table of its own for each set of three and more, for each row that is inserted: four of them
-- were a third of what storing a punch and its outbox row took. What a table's text says about its checks may be changed in place where no row's bytes change
-- (https://www.sqlite.org/lang_altertable.html#otheralter); nothing is copied, at ten million punches either.
PRAGMA writable_schema=ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'CHECK (clock IN (''synced'', ''held'', ''corrected''))',
    'CHECK (clock = ''synced'' OR clock = ''held'' OR clock = ''corrected'')'),
    'CHECK (method IN (''face'', ''card'', ''pin'', ''operator'', ''wifi''))',
    'CHECK (method = ''face'' OR method = ''card'' OR method = ''pin'' OR method = ''operator'' OR method = ''wifi'')'),
    'CHECK (direction IN (''none'', ''in'', ''out''))',
    'CHECK (direction = ''none'' OR direction = ''in'' OR direction = ''out'')')
  WHERE type = 'table' AND name = 'punches';
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (state IN
                  (''pending'', ''sending'', ''delivered'', ''waiting'', ''ambiguous'', ''dead'', ''held'', ''skipped'', ''deferred''))',
    'CHECK (state = ''pending'' OR state = ''sending'' OR state = ''delivered'' OR state = ''waiting'' OR state = ''ambiguous'' OR state = ''dead'' OR state = ''held'' OR state = ''skipped'' OR state = ''deferred'')')
  WHERE type = 'table' AND name = 'outbox';
PRAGMA writable_schema=RESET;
