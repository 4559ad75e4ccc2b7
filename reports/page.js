'use strict';
for (const time of document.querySelectorAll('time')) {
	time.title = 'here: ' + new Date(time.dateTime).toLocaleString();
}
const table = document.getElementById('table');
if (table) {
	const body = table.tBodies[0];
	const rows = Array.from(body.rows, (row) => {
		const cells = Array.from(row.cells, (cell) => cell.textContent.trim());
		return { row, cells, text: cells.join('\n').toLowerCase() };
	});
	const count = new Intl.NumberFormat('en');
	const found = document.getElementById('found');
	const search = document.getElementById('search');

	const filter = () => {
		const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		let n = 0;
		for (const item of rows) {
			item.row.hidden = !words.every((word) => item.text.includes(word));
			n += item.row.hidden ? 0 : 1;
		}
		found.textContent = words.length ? count.format(n) + ' of ' + count.format(rows.length) + ' rows' : '';
	};
	search.addEventListener('input', filter);
	search.addEventListener('keydown', (event) => {
		if (event.key === 'Escape') {
			search.value = '';
			filter();
		}
	});
	search.parentElement.hidden = false;
	filter(); // a browser that goes back fills the field in again

	const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;
	const heads = Array.from(table.tHead.rows[0].cells);
	const sort = (head, column) => {
		const up = head.getAttribute('aria-sort') !== 'ascending';
		for (const other of heads) {
			other.setAttribute('aria-sort', 'none');
		}
		head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
		const way = up ? 1 : -1;
		rows.sort((a, b) => way * order(a.cells[column], b.cells[column]));
		body.append(...rows.map((item) => item.row));
	};
	heads.forEach((head, column) => {
		const button = document.createElement('button');
		button.type = 'button';
		button.append(...head.childNodes);
		button.addEventListener('click', () => sort(head, column));
		head.append(button);
		head.setAttribute('aria-sort', 'none');
	});
}
