-- Reminders, snoozing and repetition of tasks. `remind_at` is a reminder that was not given yet.
ALTER TABLE tasks ADD COLUMN reminder TEXT COLLATE "C";
ALTER TABLE tasks ADD COLUMN remind_at TIMESTAMPTZ;
ALTER TABLE tasks ADD COLUMN resume_at TIMESTAMPTZ;
ALTER TABLE tasks ADD COLUMN repeat TEXT COLLATE "C";
ALTER TABLE tasks ADD COLUMN repeat_by TEXT COLLATE "C";
ALTER TABLE tasks ADD COLUMN repeat_skip BOOLEAN;
ALTER TABLE tasks ADD COLUMN repeat_until DATE;
ALTER TABLE tasks ADD COLUMN repeat_from DATE;
ALTER TABLE tasks ADD COLUMN previous_id UUID REFERENCES tasks (id);
CREATE INDEX tasks_remind ON tasks (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX tasks_repeat ON tasks (due_at) WHERE repeat_by = 'schedule' AND status = 'open';
CREATE INDEX tasks_done ON tasks (owner_id, done_at) WHERE done_at IS NOT NULL;
-- One task follows on another, however often it is asked for.
CREATE UNIQUE INDEX tasks_previous ON tasks (previous_id) WHERE previous_id IS NOT NULL;
