-- Pruning looks for old messages and notices in each of its batches. Among a million tickets it found them by walking
-- through all of them, so that a batch took a second; these indexes hold the few there are.
CREATE INDEX messages ON kitchen_tickets (id) WHERE kind = 'MESSAGE';
CREATE INDEX notices ON print_jobs (id) WHERE kind = 'NOTICE';
