'use strict'
// Shows the rows of this page. Text of a dump goes into it as text only, never as markup.
addEventListener('DOMContentLoaded', () => {
  const pageSize = 100
  const valuesShown = 12
  const about = JSON.parse(document.getElementById('about').textContent)
  const find = (id) => document.getElementById(id)
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',')
  const nounOf = (number) => (number === 1 ? 'row' : 'rows')

  // A value that is not there. It is not a text, because a dump may have any text as a code.
  class Missing {
    constructor(words) {
      this.words = words
    }

    // Sorts before all texts.
    toString() {
      return ''
    }
  }
  const [noCode, unclassified, noOwner, noDate, noID] =
    ['no code', 'unclassified', 'no owner', 'no date', 'no id'].map((words) => new Missing(words))
  const isOwnWords = (text) => /^(no (code|owner|date|id)|unclassified|–|a blank .*)$/su.test(text)
  const isBlank = (text) => /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}]*$/u.test(text)

  // What the page calls a value. Everything has a name that can be seen and heard, and a text of the dump that is the
  // same as words of the page is quoted.
  function nameOf(value, kind) {
    if (value instanceof Missing) return value.words
    if (isBlank(value)) {
      const points = [...value.slice(0, 16)].map((point) => `U+${point.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`)
      return `a blank ${kind} (${points.slice(0, 8).join(' ')}${points.length > 8 ? ' …' : ''})`
    }
    return (isOwnWords(value) ? `“${value}”` : value).replace(/(?!\s)\p{Cc}/gu, '\uFFFD')
  }

  // The end stays, because long names often differ only there. No character is cut in half.
  function shortened(text, limit) {
    if (text.length <= limit) return text
    const end = Math.floor(limit / 4)
    return `${text.slice(0, limit - end).replace(/[\uD800-\uDBFF]$/, '')} … ${text.slice(-end).replace(/^[\uDC00-\uDFFF]/, '')}`
  }
  const longestInCells = 200
  const longestInFilters = 100

  function make(name, properties = {}, ...children) {
    const element = document.createElement(name)
    for (const [key, value] of Object.entries(properties)) {
      if (key in element) element[key] = value
      else element.setAttribute(key, value)
    }
    element.append(...children)
    return element
  }

  // The data: a line for each row, and behind the rows of a job a line about it.
  const rows = []
  let all
  let onlyJob
  {
    let first = 0
    for (const line of find('rows').textContent.split('\n')) {
      if (line === '') continue
      const data = JSON.parse(line)
      if (Array.isArray(data)) {
        const [row, outcome, id, code, message, details] = data
        rows.push({
          row, id, code, message, details, order: rows.length,
          outcome: outcome === 0 ? 'failed' : 'unclassified',
          owner: about.codes ? data[6] : '', action: about.codes ? data[7] : '',
          line: about.lines ? data[data.length - 1] : 0,
        })
      } else if ('job' in data) {
        onlyJob = data
        for (; first < rows.length; first += 1) rows[first].of = data
      } else {
        all = data
      }
    }
  }
  const total = all.failed + all.unclassified
  const hasCutIDs = rows.some((row) => row.of.cut)

  const columns = [
    { key: 'row', name: 'Row', numeric: true, value: (row) => row.row },
    { key: 'line', name: 'Line', numeric: true, isShown: about.lines, value: (row) => row.line },
    { key: 'job', name: 'Job', kind: 'id', isShown: about.overview, value: (row) => row.of.job || row.of.source },
    { key: 'day', name: 'Day', isShown: about.overview, value: (row) => row.of.day },
    { key: 'code', name: 'Code', kind: 'code', value: (row) => row.code },
    { key: 'message', name: 'Message', value: (row) => row.message },
    { key: 'id', name: 'Record', kind: 'id', isShown: rows.some((row) => row.id !== ''), value: (row) => row.id },
    { key: 'owner', name: 'Owner', kind: 'name', isShown: about.codes, value: (row) => row.owner },
    { key: 'action', name: 'Action', isShown: about.codes, value: (row) => row.action },
  ].filter((column) => column.isShown !== false)

  const facets = [
    // Only failed rows can lack a code.
    { name: 'Code', kind: 'code', value: (row) => row.code || (row.outcome === 'unclassified' ? unclassified : noCode) },
    { name: 'Owner', kind: 'name', value: (row) => row.owner || noOwner },
    { name: 'Day', kind: 'date', value: (row) => row.of.day || noDate, inOrder: true },
    { name: 'Job', kind: 'id', value: (row) => row.of.job || row.of.source || noID },
    // Its values are words of the page itself.
    { name: 'Outcome', value: (row) => row.outcome },
  ]

  const state = { words: [], sort: null, descending: false, page: 0, selected: [] }

  // Contains what the table shows, as it is shown there and as it is in the dump.
  function textOf(row) {
    row.text ??= [
      row.row, grouped(row.row), ...(row.line > 0 ? [row.line, grouped(row.line)] : []), row.outcome, row.id, row.code, row.message, row.details, row.owner, row.action,
      about.overview ? `${row.of.job}\n${row.of.source}\n${row.of.day}` : '',
      ...columns.filter((column) => column.kind && column.value(row) !== '').map((column) => {
        const value = column.value(row)
        const name = nameOf(value, column.kind)
        return name === value ? '' : name
      }),
    ].join('\n').toLowerCase()
    return row.text
  }

  // A row is counted in a facet if all the other facets let it through.
  function select() {
    for (const facet of facets) facet.counts = new Map()
    state.selected = []
    for (const row of rows) {
      if (state.words.length > 0) {
        const text = textOf(row)
        if (!state.words.every((word) => text.includes(word))) continue
      }
      let refused = 0
      let by
      for (const facet of facets) {
        if (facet.chosen.size === 0 || facet.chosen.has(facet.value(row))) continue
        refused += 1
        by = facet
        if (refused > 1) break
      }
      if (refused > 1) continue
      for (const facet of refused === 1 ? [by] : facets) {
        const value = facet.value(row)
        facet.counts.set(value, (facet.counts.get(value) ?? 0) + 1)
      }
      if (refused === 0) state.selected.push(row)
    }
  }

  const collator = new Intl.Collator('en', { numeric: true })

  function sort() {
    const { sort: column, descending } = state
    if (!column) return
    const sign = descending ? -1 : 1
    const compare = column.numeric ? (left, right) => left - right : collator.compare
    const keyed = state.selected.map((row) => [column.value(row), row])
    keyed.sort((left, right) => sign * compare(left[0], right[0]) || left[1].order - right[1].order)
    state.selected = keyed.map(([, row]) => row)
  }

  // The table.
  const body = document.querySelector('#table tbody')

  function cellOf(row, column) {
    const cell = make('td', { className: column.key, role: 'cell', 'data-name': column.name })
    const value = column.value(row)
    const name = column.kind && value !== '' ? nameOf(value, column.kind) : value
    const text = column.numeric ? (value > 0 ? grouped(value) : '') : column.kind ? shortened(name, longestInCells) : value
    if (column.key === 'job' && row.of.report) {
      cell.append(make('a', { href: row.of.report, textContent: text }))
    } else if (column.key === 'code' && row.outcome === 'unclassified' && text === '') {
      cell.append(make('span', { className: 'none', textContent: 'unclassified' }))
    } else if (text === '') {
      cell.append(make('span', { className: 'none', textContent: '–' }))
    } else {
      cell.append(make('bdi', { className: column.kind && isBlank(value) ? 'none' : '', textContent: text }))
    }
    if (text !== name && column.kind) {
      const summary = make('summary', { textContent: `All ${grouped([...value].length)} characters` })
      cell.append(make('details', {}, summary, make('pre', {}, make('bdi', { textContent: name }))))
    }
    if (column.key === 'message' && row.details !== '') {
      cell.append(make('details', {}, make('summary', { textContent: 'Details' }), make('pre', {}, make('bdi', { textContent: row.details }))))
    }
    return cell
  }

  function show() {
    const count = state.selected.length
    const pages = Math.max(1, Math.ceil(count / pageSize))
    state.page = Math.min(state.page, pages - 1)
    const start = state.page * pageSize
    const end = Math.min(count, start + pageSize)
    body.replaceChildren(...state.selected.slice(start, end).map((row) =>
      make('tr', { role: 'row' }, ...columns.map((column) => cellOf(row, column)))))
    find('none').hidden = count > 0
    find('table').hidden = count === 0
    find('pages').hidden = pages === 1
    find('page').textContent = `${grouped(start + 1)}–${grouped(end)} of ${grouped(count)}`
    // Not disabled: a button that has the focus would lose it.
    find('previous').setAttribute('aria-disabled', String(state.page === 0))
    find('next').setAttribute('aria-disabled', String(state.page === pages - 1))
    find('count').textContent = count === rows.length
      ? `${grouped(count)} ${nounOf(count)}` : `${grouped(count)} of ${grouped(rows.length)} rows`
    find('save').textContent = `Download CSV (${grouped(count)} ${nounOf(count)})`
    find('reset').hidden = state.words.length === 0 && facets.every((facet) => facet.chosen.size === 0)
    for (const facet of facets) facet.update?.()
    for (const column of columns) {
      column.header.setAttribute('aria-sort', state.sort !== column ? 'none' : state.descending ? 'descending' : 'ascending')
    }
  }

  function update() {
    state.page = 0
    select()
    sort()
    show()
  }

  const head = document.querySelector('#table thead tr')
  for (const column of columns) {
    const button = make('button', { type: 'button', textContent: column.name })
    button.addEventListener('click', () => {
      // Up, down, and as they were.
      if (state.sort !== column) [state.sort, state.descending] = [column, false]
      else if (!state.descending) state.descending = true
      else state.sort = null
      update()
    })
    column.header = make('th', { scope: 'col', role: 'columnheader', className: column.key, 'aria-sort': 'none' }, button)
    head.append(column.header)
  }

  // The facets.
  for (const facet of facets) facet.chosen = new Set()
  select()
  for (const facet of facets) {
    const values = [...facet.counts].sort((left, right) =>
      facet.inOrder ? collator.compare(left[0], right[0]) : right[1] - left[1] || collator.compare(left[0], right[0]))
    // One value chooses nothing.
    if (values.length < 2) continue
    const items = []
    const list = make('ul')
    const fieldset = make('fieldset', {}, make('legend', { textContent: facet.name }), list)
    const add = ([value]) => {
      const input = make('input', { type: 'checkbox' })
      const number = make('span', { className: 'number' })
      const name = facet.kind ? nameOf(value, facet.kind) : value
      const text = shortened(name, longestInFilters)
      const words = make('bdi', { className: value instanceof Missing || isBlank(value) ? 'none' : '', textContent: text })
      const label = make('label', text === name ? {} : { title: name }, input, words, number)
      input.addEventListener('change', () => {
        if (input.checked) facet.chosen.add(value)
        else facet.chosen.delete(value)
        update()
      })
      items.push({ value, input, number })
      list.append(make('li', {}, label))
    }
    for (const entry of values.slice(0, valuesShown)) add(entry)
    if (values.length > valuesShown) {
      const more = make('button', { type: 'button', className: 'more', textContent: `${grouped(values.length - valuesShown)} more` })
      more.addEventListener('click', () => {
        const before = items.length
        for (const entry of values.slice(before, before + 200)) add(entry)
        facet.update()
        items[before].input.focus()
        if (items.length === values.length) more.remove()
        else more.textContent = `${grouped(values.length - items.length)} more`
      })
      fieldset.append(more)
    }
    facet.update = () => {
      for (const { value, input, number } of items) {
        const count = facet.counts.get(value) ?? 0
        number.textContent = grouped(count)
        input.checked = facet.chosen.has(value)
        input.closest('li').classList.toggle('empty', count === 0)
      }
    }
    find('facets').append(fieldset)
  }
  find('facets').hidden = !find('facets').hasChildNodes()

  let timer
  find('search').addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      state.words = find('search').value.toLowerCase().split(/\s+/u).filter((word) => word !== '')
      update()
    }, rows.length > 5000 ? 150 : 0)
  })
  find('reset').addEventListener('click', () => {
    clearTimeout(timer)
    find('search').value = ''
    state.words = []
    for (const facet of facets) facet.chosen.clear()
    update()
    find('search').focus()
  })
  for (const [id, step] of [['previous', -1], ['next', 1]]) {
    find(id).addEventListener('click', (event) => {
      if (event.currentTarget.getAttribute('aria-disabled') === 'true') return
      state.page += step
      show()
      find('table').scrollIntoView({ block: 'start' })
    })
  }

  // As failures.csv has them: a cell that a spreadsheet would run as a formula gets an apostrophe, unless --csv-raw was given.
  function csvCell(value) {
    let text = String(value)
    if (!about.raw && /^[=+\-@\t\r]/.test(text)) text = `'${text}`
    const isQuoted = /[",\r\n]/.test(text)
    text = text.replaceAll('\0', '\uFFFD')
    return isQuoted ? `"${text.replaceAll('"', '""')}"` : text
  }

  function csv() {
    const header = ['job_id', 'row', 'outcome', 'record_id', 'error_code', 'error_message', 'error_details']
    if (about.codes) header.push('owner', 'action')
    if (about.lines) header.push('source_line')
    const lines = [header.join(',')]
    for (const row of state.selected) {
      const cells = [row.of.job, row.row, row.outcome, row.id, row.code, row.message, row.details]
      if (about.codes) cells.push(row.owner, row.action)
      if (about.lines) cells.push(row.line || '')
      lines.push(cells.map(csvCell).join(','))
    }
    return `${about.bom ? '\uFEFF' : ''}${lines.join('\r\n')}\r\n`
  }

  find('save').addEventListener('click', () => {
    const address = URL.createObjectURL(new Blob([csv()], { type: 'text/csv;charset=utf-8' }))
    const isWhole = state.selected.length === total && !hasCutIDs
    make('a', { href: address, download: isWhole ? 'failures.csv' : 'selected-failures.csv' }).click()
    setTimeout(() => URL.revokeObjectURL(address), 60_000)
  })

  // What the page is about: all rows, also those that it leaves out.
  const counted = (counts) => {
    const found = counts.filter(([count]) => count > 0)
    return found.length > 0 ? found : counts.slice(0, 1)
  }
  const facts = about.overview
    ? counted([[all.failed_jobs, 'failed rows'], [all.unclassified_jobs, 'unclassified but no failed rows']])
      .map(([count, what]) => `${grouped(count)} ${count === 1 ? 'job' : 'jobs'} with ${what}`)
    : [
        shortened(onlyJob.source, longestInCells), onlyJob.day,
        onlyJob.job === '' ? '' : shortened(nameOf(onlyJob.job, 'id'), longestInCells),
      ].filter((fact) => fact !== '')
  find('facts').append(...facts.map((fact) => make('bdi', { textContent: fact })))
  if (about.page) find('facts').append(make('a', { href: about.page, textContent: about.overview ? 'The overview' : 'The report' }))
  if (rows.length < total) {
    const where = about.table ? `all are in ${about.table}` : 'the format csv has all of them'
    find('left-out').textContent = `The first ${grouped(rows.length)} of ${grouped(total)} rows: this page is limited to 20 MB; ${where}.`
    find('left-out').hidden = false
  }
  if (hasCutIDs) {
    find('cut').textContent = 'The id of a job is too long for this page. Here and in the CSV that it saves, the id is cut off; '
      + `${about.table ? `${about.table} has` : 'the CSV files of a report have'} all of it.`
    find('cut').hidden = false
  }
  // “99 failed and 2 unclassified rows”, but “1 failed row and 2 unclassified rows”.
  const kinds = counted([[all.failed, 'failed'], [all.unclassified, 'unclassified']])
  const areAlike = kinds.every(([count]) => nounOf(count) === nounOf(kinds[0][0]))
  find('title').textContent = kinds
    .map(([count, kind], index) => `${grouped(count)} ${kind}${areAlike && index < kinds.length - 1 ? '' : ` ${nounOf(count)}`}`)
    .join(' and ')
  document.title = `${find('title').textContent} – import audit`
  find('main').hidden = false
  update()
})
