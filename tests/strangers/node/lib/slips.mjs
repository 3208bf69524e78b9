// Deliberate mistakes, switched on by SLIP=name[,name...]. Off by default.
const active = new Set((process.env.SLIP ?? '').split(',').map((s) => s.trim()).filter(Boolean));

export const slip = (name) => active.has(name);
