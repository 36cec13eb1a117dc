// A heading sorts its table: by words where its column has words, otherwise by the numbers that cells begin with, least
// first, and greatest first when it is asked again. What has no number stays at the end.
for (const table of document.querySelectorAll('main table')) {
  const [body] = table.tBodies;
  const heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < 3 || [...body.rows].some((row) => row.cells.length !== heads.length)) continue;
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const order = head.classList.contains('l') ? byWords : byNumber;
      body.append(...[...body.rows].sort((one, other) => order(one.cells[column], other.cells[column], down ? -1 : 1)));
    });
  });
}

// Without what stands small below it: an interval, a note.
function said(cell) {
  return [...cell.childNodes].filter((node) => node.nodeName !== 'SMALL').map((node) => node.textContent).join('').trim();
}

function byWords(one, other, way) {
  return way * said(one).localeCompare(said(other), 'en');
}

function byNumber(one, other, way) {
  const [left, right] = [one, other].map((cell) => parseFloat(said(cell).replace(/^[^\d-]+/, '').replace(/,/g, '')));
  if (isNaN(left) || isNaN(right)) return isNaN(left) - isNaN(right);
  return way * (left - right);
}
