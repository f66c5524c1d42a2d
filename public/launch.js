// Until the studio has drawn itself: why it does not start, and what to do. It runs in browsers that are too old for the
// studio, so it is plain ECMAScript 5, in a file of its own, which the page's policy allows, and without the catalogue of texts.
(function () {
  'use strict';
  var german = /^de/i.test(navigator.language || '');
  var say = function (english, deutsch) { return german ? deutsch : english; };
  var WAIT = 6000;
  var shown = false;

  function waiting() {
    return document.querySelector('#root > .boot');
  }

  function show(cause, next) {
    var first = waiting();
    if (shown || !first) return;
    shown = true;
    var root = first.parentNode;
    var box = document.createElement('div');
    box.className = 'boot';
    box.setAttribute('role', 'alert');
    var strong = document.createElement('strong');
    strong.textContent = cause;
    var text = document.createElement('p');
    text.textContent = next;
    var link = document.createElement('a');
    link.href = location.href;
    link.textContent = say('Reload', 'Neu laden');
    link.onclick = function () { location.reload(); return false; };
    box.appendChild(strong);
    box.appendChild(text);
    box.appendChild(link);
    while (root.firstChild) root.removeChild(root.firstChild);
    root.appendChild(box);
  }

  var CURRENT = say('Use a current Chrome, Edge, Firefox or Safari.', 'Verwenden Sie einen aktuellen Chrome, Edge, Firefox oder Safari.');
  var TRY = say('Reload the page. If that changes nothing, allow scripts of this site (blockers, company filters), or try another browser.',
    'Laden Sie die Seite neu. Ändert das nichts, erlauben Sie die Skripte dieser Seite (Blocker, Filter einer Firma), oder versuchen Sie es mit einem anderen Browser.');

  function missing() {
    var needs = [
      ['Object.hasOwn', Object.hasOwn], ['Array.prototype.at', Array.prototype.at], ['String.prototype.replaceAll', String.prototype.replaceAll],
      ['structuredClone', window.structuredClone], ['WebAssembly', window.WebAssembly], ['Worker', window.Worker], ['crypto', window.crypto],
      ['JavaScript modules', 'noModule' in document.createElement('script')],
    ];
    for (var i = 0; i < needs.length; i++) if (!needs[i][1]) return needs[i][0];
    return null;
  }

  var lacks = missing();
  if (location.protocol === 'file:') {
    show(say('The studio was opened from a file.', 'Das Studio wurde aus einer Datei geöffnet.'),
      say('Browsers run it from a web address only. In its folder run "npx vite preview", or put the folder on any web server, and open the address.',
        'Browser führen es nur von einer Webadresse aus. Starten Sie in seinem Ordner "npx vite preview", oder legen Sie den Ordner auf einen Webserver, und öffnen Sie die Adresse.'));
  } else if (window.origin === 'null') {
    show(say('This page is in a frame that is sandboxed.', 'Diese Seite steht in einem abgeschotteten Rahmen (sandbox).'),
      say('The studio needs its own origin there: add allow-same-origin to the sandbox of the frame, or open the studio in a tab of its own.',
        'Das Studio braucht darin seine eigene Herkunft: Ergänzen Sie allow-same-origin in der Sandbox des Rahmens, oder öffnen Sie das Studio in einem eigenen Tab.'));
  } else if (lacks) {
    show(say('This browser is too old for the studio: it lacks ' + lacks + '.', 'Dieser Browser ist zu alt für das Studio: ihm fehlt ' + lacks + '.'), CURRENT);
  }

  function onError(event) {
    if (!waiting()) return;
    var target = event.target;
    if (target && target.tagName === 'SCRIPT' && target.src) {
      show(say('A part of the studio was blocked or is missing: ', 'Ein Teil des Studios wurde blockiert oder fehlt: ') + target.src.split('/').pop() + '.', TRY);
    } else if (event.message && (!event.filename || event.filename.indexOf(location.origin) === 0)) {
      show(say('The studio stopped while it was starting: ', 'Das Studio hielt beim Starten an: ') + event.message, TRY);
    }
  }
  window.addEventListener('error', onError, true);

  setTimeout(function () {
    window.removeEventListener('error', onError, true);
    show(say('The studio has not started yet.', 'Das Studio ist noch nicht gestartet.'),
      say('The connection may be slow, or a part of it was blocked. ', 'Die Verbindung ist vielleicht langsam, oder ein Teil davon wurde blockiert. ') + TRY);
  }, WAIT);
})();
