// Emoji and their names as the Unicode CLDR gives them.
export const table = `😀 grinsendes Gesicht
😄 grinsendes Gesicht mit lachenden Augen
😂 Gesicht mit Freudentränen
🙂 leicht lächelndes Gesicht
😉 zwinkerndes Gesicht
😊 lächelndes Gesicht mit lachenden Augen
😍 lächelndes Gesicht mit herzförmigen Augen
😘 Kuss zuwerfendes Gesicht
😎 lächelndes Gesicht mit Sonnenbrille
🤔 nachdenkendes Gesicht
😐 neutrales Gesicht
🙄 Augen verdrehendes Gesicht
😕 verwundertes Gesicht
😟 besorgtes Gesicht
😢 weinendes Gesicht
😭 heulendes Gesicht
😡 schmollendes Gesicht
😱 vor Angst schreiendes Gesicht
😴 schlafendes Gesicht
🤒 Gesicht mit Fieberthermometer
🤗 Gesicht mit umarmenden Händen
🤭 verlegen kicherndes Gesicht
🤷 schulterzuckende Person
🙏 zusammengelegte Handflächen
👍 Daumen hoch
👎 Daumen runter
👌 OK-Zeichen
👏 klatschende Hände
🙌 zwei erhobene Handflächen
💪 angespannter Bizeps
👋 winkende Hand
🤝 Handschlag
☝️ nach oben weisender Zeigefinger von vorne
✌️ Victory-Geste
🤞 Hand mit gekreuzten Fingern
👀 Augen
❤️ rotes Herz
🧡 oranges Herz
💛 gelbes Herz
💚 grünes Herz
💙 blaues Herz
💜 lila Herz
💔 gebrochenes Herz
✨ funkelnde Sterne
🎉 Konfettibombe
🎁 Geschenk
🎂 Geburtstagskuchen
🔥 Feuer
⭐ weißer mittelgroßer Stern
☀️ Sonne
🌧️ Wolke mit Regen
❄️ Schneeflocke
🌈 Regenbogen
✅ weißes Häkchen
❌ Kreuzzeichen
❗ rotes Ausrufezeichen
❓ rotes Fragezeichen
⚠️ Warnung
🚫 Verboten
💡 Glühbirne
🔔 Glocke
📞 Telefonhörer
📱 Mobiltelefon
💻 Laptop
🖥️ Desktopcomputer
📷 Fotoapparat
📎 Büroklammer
📄 Vorderseite eines Blattes
📦 Paket
🚚 Lieferwagen
🏠 Haus
🔑 Schlüssel
🔌 Netzstecker
🔋 Batterie
📶 balkenförmige Signalstärkenanzeige
🛜 WLAN
⏰ Wecker
📅 Kalender
🕐 1:00 Uhr
💶 Euro-Banknote
💳 Kreditkarte
🛒 Einkaufswagen
☕ Heißgetränk
🍕 Pizza
🍀 Glücksklee
🐶 Hundegesicht
🐱 Katzengesicht
🚗 Auto
🚲 Fahrrad
✈️ Flugzeug
🔴 roter Punkt
🟡 gelber Punkt
🟢 grüner Punkt
🔵 blauer Punkt
⚪ weißer Punkt`;
