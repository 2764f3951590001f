// Where the turns of a tree stand: rows from the dry track down, lanes from left to right.
//
// Rows go depth first, so that a branch stays together. The side branches of a turn come before what continues it, the
// branch with the newest turn, which stays in its lane. Takes of one wish share a row.

/**
 * @typedef {{id: string, parent: string|null, index: number, kind: string, words: string, name: string, take: number,
 * seconds: number, changes: ChangeData[]}} TurnData
 */
/** @typedef {{turn: string, words: string}} ChangeData */

export const DRY = null;

// turns: [{id, parent, take, ...}], parents before children. Returns {rows, nodes, lanes}. A row is {nodes, from, through}:
// the lane that its nodes come from and those that pass by. A node is {id, turn, parent, children, row, lane, level}; the
// first is the dry track.
export function layout(turns) {
  const nodes = new Map([[DRY, { id: DRY, turn: null, parent: null, children: [], newest: -1, level: 1 }]]);
  turns.forEach((turn, at) => {
    const parent = nodes.get(turn.parent);
    const node = { id: turn.id, turn, parent, children: [], newest: at, level: parent.level + 1 };
    nodes.set(turn.id, node);
    parent.children.push(node);
    for (let each = parent; each; each = each.parent) each.newest = at;
  });
  const rows = [];
  // Without recursion: a long session is a deep tree. through: lanes that pass by on their way further down.
  const waiting = [{ nodes: [nodes.get(DRY)], lane: 0, from: null, through: [] }];
  while (waiting.length) {
    const { nodes: group, lane, from, through } = waiting.pop();
    const goesOn = group.filter((node) => node.children.length);
    const main = goesOn.length ? goesOn.reduce((one, other) => (other.newest > one.newest ? other : one)) : group[0];
    const inLanes = [main, ...group.filter((node) => node !== main)];
    inLanes.forEach((node, place) => {
      node.lane = lane + place;
      node.row = rows.length;
    });
    rows.push({ nodes: group, from, through });
    // The rightmost lane goes on first; those to its left pass by.
    for (const node of inLanes) {
      const groups = groupsOf(node.children);
      const passing = [...through, ...inLanes.filter((each) => each.lane < node.lane && each.children.length)
        .map((each) => each.lane)];
      groups.reverse().forEach((each, place) => {
        const straight = place === 0;
        waiting.push({
          nodes: each, lane: straight ? node.lane : node.lane + 1, from: node.lane,
          through: straight ? passing : [...passing, node.lane],
        });
      });
    }
  }
  const lanes = 1 + Math.max(...[...nodes.values()].map((node) => node.lane));
  return { rows, nodes, lanes };
}

// Children in rows of their own, takes together, the one with the newest turn last.
function groupsOf(children) {
  const groups = [];
  for (const child of children) {
    const last = groups.at(-1);
    if (last && child.turn.take > 1 && last.at(-1).turn.take === child.turn.take - 1) last.push(child);
    else groups.push([child]);
  }
  const newest = (group) => Math.max(...group.map((node) => node.newest));
  return groups.sort((one, other) => newest(one) - newest(other));
}

// The nodes from the dry track to one of them.
export function pathTo(node) {
  const path = [];
  for (let each = node; each; each = each.parent) path.unshift(each);
  return path;
}
