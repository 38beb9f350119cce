/*
 * What may be written into `cases`, checked by CouchDB itself: ciphertext, and the clear fields of docs/formats.md,
 * sections 4, 6 and 7, in their shapes. So nobody with the database's password, no later version of the server and no
 * peer can put a name into it by mistake. ES5, because CouchDB may run it in an old engine. Its twin with hashes is
 * sync/shape.py; tests/vectors/cases-guard.json holds the two together.
 */
function (doc) {
  var KINDS = {application: 'app', complaint: 'cmp', message: 'msg', survey: 'svy'};
  var VERSION = ['_id', 'type', 'service', 'form', 'at', 'channel', 'device', 'area', 'wish', 'prev', 'blobs', 'seal'];
  var BOOKED = ['_id', 'type', 'case', 'want', 'offer', 'place', 'ends', 'why', 'moves', 'full', 'at'];
  var OFFER = /^[0-9]{6}-[a-z2-7]{4}$/;
  var CASE = /^[a-z2-7]{24}$/;
  var V = /^[a-z2-7]{19}[aq]$/;
  var DIGEST = /^[a-z2-7]{51}[aq]$/;
  var B64U_16 = /^[A-Za-z0-9_-]{21}[AQgw]$/; // by the bytes it stands for
  var B64U_32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
  var B64U_64 = /^[A-Za-z0-9_-]{85}[AQgw]$/;
  var B64U = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;
  var KID = /^[a-z0-9]{2,8}$/;
  var SEALING = 28; // bytes of nonce and tag

  function need(isRight, what) {
    if (!isRight) {
      throw {forbidden: 'cases: ' + what + ' is not as the formats say'};
    }
  }

  function isList(value) {
    return Object.prototype.toString.call(value) === '[object Array]';
  }

  function isObject(value) {
    return typeof value === 'object' && value !== null && !isList(value);
  }

  function fits(pattern, value) {
    return typeof value === 'string' && pattern.test(value);
  }

  function isWhole(value) {
    return typeof value === 'number' && value >= 0 && value <= 9007199254740991 && Math.floor(value) === value;
  }

  function hasKeys(object, names) {
    var found = 0;
    for (var key in object) {
      // What CouchDB adds to a document that it shows here.
      if (object === doc && (key === '_rev' || key === '_revisions')) continue;
      if (names.indexOf(key) < 0) return false;
      found += 1;
    }
    return found === names.length;
  }

  function isListOf(pattern, value) {
    if (!isList(value)) return false;
    for (var i = 0; i < value.length; i += 1) {
      if (!fits(pattern, value[i]) || value.indexOf(value[i]) !== i) return false;
    }
    return true;
  }

  // Padding has few lengths: 64, 128, 256, then those of Padme. Text that is not sealed has any.
  function isPadded(length) {
    if (length === 64 || length === 128 || length === 256) return true;
    if (length < 256) return false;
    var exponent = Math.floor(Math.log(length) / Math.LN2 + 1e-9);
    var step = Math.pow(2, exponent - exponent.toString(2).length);
    return length % step === 0;
  }

  function isSealed(value) {
    return fits(B64U, value) && isPadded(Math.floor(value.length * 3 / 4) - SEALING);
  }

  function checkVersion(parts) {
    var seal = doc.seal;
    need(hasKeys(doc, VERSION), 'keys');
    need(typeof doc.type === 'string' && Object.prototype.hasOwnProperty.call(KINDS, doc.type) && KINDS[doc.type] === parts[0], 'type');
    need(parts.length === 3 && CASE.test(parts[1]) && V.test(parts[2]), '_id');
    need(fits(/^[a-z][a-z0-9-]{0,31}$/, doc.service), 'service');
    need(fits(/^[1-9][0-9]{0,5}\.[a-z2-7]{8}$/, doc.form), 'form');
    need(isWhole(doc.at), 'at');
    need(fits(/^[a-z][a-z0-9-]{0,15}$/, doc.channel), 'channel');
    need(doc.device === null || fits(/^[a-z0-9-]{1,32}$/, doc.device), 'device');
    need(doc.area === null || fits(/^[0-9]{2}(\.[0-9]{2,4}){0,3}$/, doc.area), 'area');
    need(isListOf(/^[a-z0-9][a-z0-9._-]{0,63}$/, doc.wish), 'wish');
    need(isListOf(V, doc.prev), 'prev');
    need(isListOf(DIGEST, doc.blobs), 'blobs');
    need(isObject(seal) && hasKeys(seal, ['v', 'g', 'w', 'm']) && seal.v === 1, 'seal');
    need(fits(B64U_16, seal.w) && fits(B64U_32, seal.m), 'seal');
    need(isObject(seal.g), 'seal.g');
    var count = 0;
    for (var name in seal.g) {
      need(fits(/^[a-z][a-z0-9_-]{0,31}$/, name) && isSealed(seal.g[name]), 'seal.g');
      count += 1;
    }
    need(count > 0, 'seal.g');
  }

  function checkEvent(parts) {
    var claim = doc.claim;
    need(hasKeys(doc, ['_id', 'type', 'case', 'n', 'step', 'at', 'on', 'note', 'kid', 'sig', 'claim']), 'keys');
    need(isWhole(doc.n) && doc.n >= 1 && doc.n <= 9999, 'n');
    need(parts.length === 3 && CASE.test(parts[1]) && parts[2] === ('000' + doc.n).slice(-4), '_id');
    need(doc['case'] === parts[1], 'case');
    need(fits(/^[a-z][a-z_]{1,31}$/, doc.step), 'step');
    need(isWhole(doc.at), 'at');
    need(isListOf(V, doc.on), 'on');
    need(doc.note === null || (isSealed(doc.note) && doc.on.length > 0), 'note');
    need(fits(KID, doc.kid) && fits(B64U_64, doc.sig), 'sig');
    need(isList(claim) && claim.length === 3 && (claim[0] === 'held' || claim[0] === 'taken'), 'claim');
    need(claim[1] === doc.sig.slice(0, 22) && isWhole(claim[2]), 'claim');
  }

  function checkMark(parts) {
    need(hasKeys(doc, ['_id', 'type', 'kid', 'at', 'sig'].concat(doc.type === 'code' ? ['to'] : [])), 'keys');
    need(parts.length === 2 && CASE.test(parts[1]) && parts[0] === doc.type, '_id');
    need(doc.type !== 'code' || (fits(CASE, doc.to) && doc.to !== parts[1]), 'to');
    need(fits(KID, doc.kid) && isWhole(doc.at) && fits(B64U_64, doc.sig), 'sig');
  }

  function isNullOr(is, value) {
    return value === null || is(value);
  }

  function isOffer(value) {
    return fits(OFFER, value);
  }

  function isClaim(claim) {
    return isList(claim) && claim.length === 3 && (claim[0] === 'held' || claim[0] === 'taken') &&
      fits(/^[a-z2-7]{16}$/, claim[1]) && isWhole(claim[2]);
  }

  // How a place was come by: a word, and for a round its day, the draw, of how many, and which wish it was.
  function isWhy(value) {
    if (!isList(value) || value.length > 5) return false;
    for (var i = 0; i < value.length; i += 1) {
      if (i === 0 ? !fits(/^[a-z-]{1,16}$/, value[i]) : !isWhole(value[i])) return false;
    }
    return true;
  }

  // The places that a case had before: offer, number, when it was taken, and how it was come by.
  function isPast(value) {
    if (!isList(value) || value.length === 0) return false;
    for (var i = 0; i < value.length; i += 1) {
      var had = value[i];
      if (!isList(had) || had.length !== 4) return false;
      if (!isOffer(had[0]) || !isWhole(had[1]) || !isWhole(had[2]) || !isWhy(had[3])) return false;
    }
    return true;
  }

  function checkBooking(parts) {
    var kind = parts[1];
    if (kind === 'r') {
      need(parts.length === 3 && /^[0-9]{6}$/.test(parts[2]), '_id');
      need(hasKeys(doc, ['_id', 'type', 'order', 'claim']) && isListOf(CASE, doc.order), 'order');
      need(isClaim(doc.claim), 'claim');
      return;
    }
    need(fits(CASE, doc['case']), 'case');
    if (kind === 'c') {
      need(hasKeys(doc, 'past' in doc ? BOOKED.concat('past') : BOOKED) && parts.length === 3 && parts[2] === doc['case'], 'keys');
      need(!('past' in doc) || isPast(doc.past), 'past');
      need(isNullOr(isOffer, doc.want) && isNullOr(isOffer, doc.offer), 'offer');
      need(isNullOr(isWhole, doc.place) && isNullOr(isWhole, doc.ends) && isNullOr(isWhole, doc.full), 'place');
      need(isWhy(doc.why) && isWhole(doc.moves) && isWhole(doc.at), 'why');
    } else if (kind === 'w') {
      need(hasKeys(doc, ['_id', 'type', 'case', 'wish', 'priority', 'at', 'lost', 'round']), 'keys');
      need(parts.length === 3 && parts[2] === doc['case'] && isListOf(OFFER, doc.wish), 'wish');
      need((doc.priority === 0 || doc.priority === 1) && isWhole(doc.at) && isWhole(doc.lost), 'priority');
      need(isNullOr(function (value) { return fits(/^[0-9]{6}$/, value); }, doc.round), 'round');
    } else {
      need(isOffer(kind) && /^[0-9]{2,3}$/.test(parts[2]), '_id');
      if (parts.length === 4) {
        need(hasKeys(doc, ['_id', 'type', 'case', 'came', 'at']) && parts[3] === 'came', 'keys');
        need((doc.came === 'arrived' || doc.came === 'absent') && isWhole(doc.at), 'came');
      } else {
        need(hasKeys(doc, ['_id', 'type', 'case', 'claim']) && parts.length === 3, 'keys');
        need(isClaim(doc.claim), 'claim');
      }
    }
  }

  if (/^_design\//.test(doc._id)) return; // only administrators write these
  if (doc._deleted === true) {
    need(hasKeys(doc, ['_id', '_deleted']), 'a deletion');
    return;
  }
  var parts = String(doc._id).split('.');
  if (doc.type === 'event') {
    need(parts[0] === 'ev', '_id');
    checkEvent(parts);
  } else if (doc.type === 'booking') {
    need(parts[0] === 'bk', '_id');
    checkBooking(parts);
  } else if (doc.type === 'gone' || doc.type === 'code') {
    checkMark(parts);
  } else {
    checkVersion(parts);
  }
}
