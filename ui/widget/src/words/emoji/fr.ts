// Emoji and their names as the Unicode CLDR gives them.
export const table = `😀 visage rieur
😄 visage très souriant aux yeux rieurs
😂 visage riant aux larmes
🙂 visage avec un léger sourire
😉 visage faisant un clin d’œil
😊 visage souriant avec yeux rieurs
😍 visage souriant avec yeux en forme de cœur
😘 visage envoyant un bisou
😎 visage avec lunettes de soleil
🤔 visage en pleine réflexion
😐 visage neutre
🙄 visage roulant des yeux
😕 visage confus
😟 visage inquiet
😢 visage qui pleure
😭 visage qui pleure à chaudes larmes
😡 visage boudeur
😱 visage qui hurle de peur
😴 visage somnolent
🤒 visage avec thermomètre
🤗 visage qui fait un câlin
🤭 visage avec une main sur la bouche
🤷 personne qui hausse les épaules
🙏 mains en prière
👍 pouce vers le haut
👎 pouce vers le bas
👌 ok
👏 applaudissements
🙌 mains levées
💪 biceps contracté
👋 signe de la main
🤝 poignée de main
☝️ index pointant vers le haut
✌️ V de la victoire
🤞 doigts croisés
👀 yeux
❤️ cœur rouge
🧡 cœur orange
💛 cœur jaune
💚 cœur vert
💙 cœur bleu
💜 cœur violet
💔 cœur brisé
✨ étincelles
🎉 cotillons
🎁 cadeau
🎂 gâteau d’anniversaire
🔥 feu
⭐ étoile
☀️ soleil
🌧️ nuage avec pluie
❄️ flocon
🌈 arc-en-ciel
✅ bouton coché
❌ croix
❗ point d’exclamation rouge
❓ point d’interrogation rouge
⚠️ symbole d’avertissement
🚫 symbole d’interdiction
💡 ampoule
🔔 cloche
📞 combiné téléphonique
📱 téléphone portable
💻 ordinateur portable
🖥️ ordinateur de bureau
📷 appareil photo
📎 trombone
📄 page
📦 colis
🚚 camion de livraison
🏠 maison
🔑 clé
🔌 câble avec fiche électrique
🔋 pile
📶 barres de réseau
🛜 sans fil
⏰ réveil
📅 calendrier
🕐 une heure
💶 billet en euros
💳 carte bancaire
🛒 chariot
☕ boisson chaude
🍕 pizza
🍀 trèfle à quatre feuilles
🐶 tête de chien
🐱 tête de chat
🚗 voiture
🚲 vélo
✈️ avion
🔴 disque rouge
🟡 disque jaune
🟢 disque vert
🔵 disque bleu
⚪ disque blanc`;
