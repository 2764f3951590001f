import { element, write } from "../parts-dom.js";

export const NONE = "–";

/** Rows of measures, a column for each sound. */
export class Table {
  constructor(caption, className) {
    this.head = element("tr");
    this.body = element("tbody");
    this.table = element("table", { class: className, hidden: true }, element("caption", {}, caption),
      element("thead", {}, this.head), this.body);
  }

  /** columns: [key, name, what rows are told of, or nothing]; rows: [name, text of that]. */
  fill(columns, rows) {
    this.table.hidden = !columns.length;
    resize(this.head, columns.length + 1, () => element("th", { scope: "col" }));
    columns.forEach(([, name], column) => write(this.head.children[column + 1], name));
    resize(this.body, rows.length, () => element("tr", {}, element("th", { scope: "row" })));
    rows.forEach(([name, text], number) => {
      const row = this.body.children[number];
      resize(row, columns.length + 1, () => element("td"));
      write(row.firstChild, name);
      columns.forEach(([, , told], column) => write(row.children[column + 1], told ? text(told) : NONE));
    });
  }
}

function resize(parent, count, made) {
  while (parent.children.length > count) parent.lastChild.remove();
  while (parent.children.length < count) parent.append(made());
}
