-- Migration 45: where a department's people punched is known from the index alone: a list of few people at one terminal or site otherwise
-- reads every punch of theirs from all over the table.
DROP INDEX punches_by_person;
CREATE INDEX punches_by_person ON punches(person, at, id, terminal);
