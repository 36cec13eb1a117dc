// What the page knows, message by message. Touches no document, so that it can be followed without one.

const LINES_KEPT = 500;

export function fresh() {
  return {
    plan: null, // of `begun`
    done: 0,
    of: 0,
    ends: null, // unix seconds
    step: null, // the repetition under way
    trial: null, // the trial under way, a course
    over: [], // finished trials, oldest first
    found: new Map(), // by cell and block, what a repetition came to
    said: [],
    at: null, // of the last event
    ended: false, // by itself
    goesOn: null, // a process measures it now
    report: null,
  };
}

export function course(told) {
  return { told, seconds: [], usage: [], supply: [], soFar: null };
}

export function place(told) {
  return `${told.block}/${told.cell}/${told.index}`;
}

// One line of a course: of the trial under way, and of one that is looked at again.
export function observe(trial, message) {
  switch (message.kind) {
    case "second":
      trial.seconds[message.second] = message;
      break;
    case "usage":
      trial.usage.push(message);
      break;
    case "supply":
      trial.supply.push(message);
      break;
    case "so_far": // with the moment at which it was so
      trial.soFar = message;
      break;
  }
}

export function reduce(state, message) {
  if (message.at) state.at = message.at;
  switch (message.kind) {
    case "anew":
      Object.assign(state, fresh(), { goesOn: state.goesOn, report: state.report });
      break;
    case "state":
      state.goesOn = message.goes_on;
      state.report = message.report;
      break;
    case "begun":
      state.plan = message.plan;
      state.trial = state.step = null;
      state.ended = false;
      remaining(state, message);
      break;
    case "said":
      state.said.push({ at: message.at, line: message.line });
      if (state.said.length > LINES_KEPT) state.said.shift();
      break;
    case "repetition":
      state.step = message;
      remaining(state, message);
      break;
    case "trial":
      state.trial = course(message);
      break;
    case "trial_over": {
      const before = state.over.findIndex((each) => place(each) === place(message));
      if (before >= 0) state.over.splice(before, 1);
      state.over.push(message);
      state.trial = null;
      break;
    }
    case "repetition_over":
      state.found.set(`${message.cell}/${message.block}`, message);
      state.step = null;
      remaining(state, message);
      break;
    case "over":
      state.ended = true;
      state.trial = state.step = null;
      break;
    default:
      if (state.trial) observe(state.trial, message);
  }
  return state;
}

function remaining(state, message) {
  state.done = message.done;
  state.of = message.of;
  state.ends = message.left_s > 0 && message.at ? message.at + message.left_s : null;
}

// What is known of where the capacity of a cell lies in a block, as the search has it: the lowest rate that did not pass,
// and the highest below it that did.
export function bracket(trials) {
  let upper = null;
  let lower = null;
  for (const { verdict, rate_asked } of trials) {
    if ((verdict === "FAIL" || verdict === "UNDECIDED") && (upper === null || rate_asked < upper)) upper = rate_asked;
  }
  for (const { verdict, rate_asked } of trials) {
    const below = upper === null || rate_asked < upper;
    if (verdict === "PASS" && below && (lower === null || rate_asked > lower)) lower = rate_asked;
  }
  return { lower, upper };
}

// A cell for people, by its id.
export function cellName(plan, id) {
  const cell = plan?.cells.find((each) => each.id === id);
  if (!cell) return id;
  const users = cell.users ? `, ${cell.users} user${cell.users === 1 ? "" : "s"}` : "";
  const fault = cell.fault ? `, ${cell.fault}` : "";
  return `${cell.variant}, ${cell.scale} replica${cell.scale === "1" ? "" : "s"}${users}${fault}`;
}
