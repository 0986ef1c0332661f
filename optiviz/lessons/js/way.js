// A way to answer a lesson: its `node`, what is `given` (null: nothing yet), the `wishes` that Python is
// asked for once it is committed, and what is `told` of it, right or not.

export class Way {
  constructor(lesson, lab) {
    Object.assign(this, { lesson, lab, given: null, missing: "" });
    this.build();
  }

  // The controls that stay free while it is asked.
  get free() {
    return [];
  }

  get wishes() {
    return [{ query: this.lesson.after }];
  }

  // The first paths are there.
  begin() {}
  // It is committed; it is told; it is over, told or not; nothing of it is to be seen any more.
  commit() {}
  mark() {}
  end() {}
  drop() {}
  draw() {}
  // Whether the Enter key commits where no control has the focus, and the element that it is done on.
  get enters() {
    return false;
  }

  get canvas() {
    return null;
  }

  key() {
    return false;
  }
}
